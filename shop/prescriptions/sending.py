"""What a customer types, keeps as a draft and sends in; all of it or nothing."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalogue.amounts import Strength
from shop.accounts import holding
from shop.accounts.models import User
from shop.patients import services as patients
from shop.patients.answers import Answers
from shop.patients.models import Patient
from shop.prescriptions import finding
from shop.prescriptions.files.receiving import Upload
from shop.prescriptions.models import Document, Page, Prescription, RequestedPack
from shop.prescriptions.moving import move
from shop.prescriptions.statuses import Action, Status
from shop.vault import storage as vault

# A file that lies in the vault, and its pictures; their rows are not written yet.
Sealed = tuple[Document, list[Page]]


@dataclass(frozen=True)
class Wish:
    """Units of one strength of a medicine that the customer would like."""

    medicine_id: int
    strength: Strength
    units: int


class AlreadySent(Exception):
    """The form was sent before: ``prescription`` is what became of it."""

    def __init__(self, prescription: Prescription) -> None:
        self.prescription = prescription
        super().__init__(str(prescription))


@transaction.atomic
def begin_draft(*, by: User) -> Prescription:
    """The customer's one draft, begun when there is none; its reference stays when it is sent."""
    return _draft(by)


@transaction.atomic
def save_draft(*, by: User, typed: dict[str, Any], reference: str = "") -> Prescription:
    """Keep what somebody typed into the form, until they send it.

    Raises AlreadySent when the draft called ``reference`` was sent meanwhile.
    """
    draft = _draft(by, reference)
    draft.typed = typed
    draft.submitted_at = timezone.now()
    draft.save(update_fields=("typed", "submitted_at"))
    return draft


def discard_draft(*, by: User) -> None:
    """Forget what the customer typed and did not send."""
    Prescription.objects.filter(user=by, status=Status.DRAFT).delete()


def delete_old_drafts() -> int:
    """Forget every draft that nobody touched for `DRAFT_DAYS`; how many there were."""
    last = timezone.now() - datetime.timedelta(days=settings.DRAFT_DAYS)
    deleted, _ = Prescription.objects.filter(status=Status.DRAFT, submitted_at__lt=last).delete()
    return deleted


def _draft(by: User, reference: str = "") -> Prescription:
    """The customer's draft, locked; raises AlreadySent when the one called ``reference`` was sent."""
    holding.hold(by)
    own = Prescription.objects.select_for_update().filter(user=by)
    called = own.filter(reference=reference).first()
    if called is not None and called.status != Status.DRAFT:
        raise AlreadySent(called)
    draft, _ = own.get_or_create(user=by, status=Status.DRAFT, defaults={"answers_json": {}})
    return draft


def submit(  # noqa: PLR0913
    *,
    by: User,
    answers: Answers,
    wishes: Iterable[Wish],
    uploads: Sequence[Upload],
    patient: Patient | None = None,
    reference: str = "",
) -> Prescription:
    """Store a prescription and put it in the pharmacists' queue; all of it or nothing.

    The answers go with it as they are now, and become the newest ones of the patient. Raises
    AlreadySent when the draft called ``reference`` was sent before, and ChangedMeanwhile when
    somebody else changed the patient; then nothing is kept.
    """
    with sealed(uploads) as documents, transaction.atomic():
        prescription = _draft(by, reference)
        if patient:
            patients.keep(patient, answers=answers)
        prescription.answers_json = answers.as_json()
        prescription.typed = None
        prescription.save(update_fields=("answers_json", "typed"))
        RequestedPack.objects.bulk_create(
            RequestedPack(prescription=prescription, **asdict(wish)) for wish in wishes
        )
        write_documents(prescription, documents)
        finding.index(prescription)
        move(
            prescription,
            Action.SUBMIT,
            by=by,
            patient=patient,
            days_left=answers.values.get("days_left"),
            submitted_at=timezone.now(),
        )
    return prescription


@contextmanager
def sealed(uploads: Iterable[Upload]) -> Iterator[list[Sealed]]:
    """The files in the vault, with the rows to be written for them; taken out again when that fails."""
    kept: list[str] = []
    try:
        yield [_seal(upload, kept) for upload in uploads]
    except BaseException:
        vault.discard_all(kept)
        raise


def _seal(upload: Upload, kept: list[str]) -> Sealed:
    sha256 = hashlib.sha256(upload.data).hexdigest()
    document = Document(sha256=sha256, size=len(upload.data), scan=upload.scan)
    _keep(document, upload.data, kept)
    pages = []
    for number, picture in enumerate(upload.pictures, start=1):
        page = Page(number=number, width=picture.width, height=picture.height)
        _keep(page, picture.jpeg, kept)
        pages.append(page)
    return document, pages


def _keep(row: Document | Page, data: bytes, kept: list[str]) -> None:
    row.sealed_name = vault.store(data, context=row.context)
    kept.append(row.sealed_name)


def write_documents(prescription: Prescription, documents: Iterable[Sealed], **how: Any) -> None:
    """Write the rows of sealed files; ``how`` is what they were sent for, and as what."""
    for document, pages in documents:
        document.prescription = prescription
        for name, value in how.items():
            setattr(document, name, value)
        document.save()
        for page in pages:
            page.document = document
            page.save()
