"""The form field that takes prescription files: scanned, and read as pictures, in a limited time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from shop.prescriptions.files.intake import (
    FORM_SECONDS,
    MAX_FILES,
    Deadline,
    DocumentRefused,
    Picture,
    read_document,
)
from shop.prescriptions.files.scanner import Scan, Scanner
from shop.prescriptions.files.uploads import content_of

# What a browser offers to choose; the content decides.
ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,.heic,application/pdf"
LONGEST_SHOWN_NAME = 60


@dataclass(frozen=True)
class Upload:
    """An uploaded file, and the pictures made from it."""

    data: bytes
    pictures: tuple[Picture, ...]
    scan: Scan = Scan.NOT_CONFIGURED


class FilesInput(forms.FileInput):
    """Several files from one input, or from several of the same name."""

    allow_multiple_selected = True


class PrescriptionFilesField(forms.FileField):
    """One or more files, each turned into pictures while the form is checked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=FilesInput(attrs={"accept": ACCEPTED}), **options)

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        files = [file for file in data or [] if file]
        if not files and not self.required:
            return []
        if not files:
            raise forms.ValidationError(
                _("Choose a photo or PDF of your prescription."), "required"
            )
        if len(files) > MAX_FILES:
            message = _("Send at most %(most)s files.") % {"most": MAX_FILES}
            raise forms.ValidationError(message, "too_many")
        return read_files(files)


def read_files(files: list[UploadedFile]) -> list[Upload]:
    """Scan and read the files of one form within `FORM_SECONDS`; name every one that is refused."""
    deadline = Deadline.after(FORM_SECONDS)
    scanner = Scanner(deadline)
    uploads, refusals = [], []
    for file in files:
        try:
            uploads.append(_read(file, scanner=scanner, deadline=deadline))
        except DocumentRefused as refused:
            message = f"{(file.name or '')[:LONGEST_SHOWN_NAME]}: {refused.message}"
            refusals.append(forms.ValidationError(message, refused.reason.value))
    if refusals:
        raise forms.ValidationError(refusals)
    return uploads


def _read(file: UploadedFile, *, scanner: Scanner, deadline: Deadline) -> Upload:
    data = content_of(file)
    scan = scanner.scan(data)
    return Upload(data=data, pictures=read_document(data, deadline=deadline), scan=scan)
