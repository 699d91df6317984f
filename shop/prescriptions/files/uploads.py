"""Receives prescription files in memory only, each capped while it streams in."""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, Concatenate, ParamSpec

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from shop.prescriptions.files.intake import MAX_FILE_BYTES, MAX_FILES, DocumentRefused, Reason

MAX_REQUEST_BYTES = 30 * 1024 * 1024

Args = ParamSpec("Args")
View = Callable[Concatenate[Any, Args], HttpResponse]
Answer = Callable[[HttpRequest, "RequestTooLarge"], HttpResponse]


class RequestTooLarge(Exception):
    """The whole request is over `MAX_REQUEST_BYTES`; nothing of it was kept."""

    message = _("Together, these files are larger than 30 MB. Send fewer files, or smaller copies.")


class UnreadUpload(UploadedFile):
    """A file whose content was thrown away on arrival; `size` is what was sent."""

    reason: Reason


class OversizedUpload(UnreadUpload):
    reason = Reason.TOO_LARGE


class SurplusUpload(UnreadUpload):
    reason = Reason.TOO_MANY_FILES


class OverQuotaUpload(UnreadUpload):
    reason = Reason.TOO_MANY_TODAY


def content_of(upload: UploadedFile) -> bytes:
    """Return the bytes of a received file; raise `DocumentRefused` if they were not kept."""
    if isinstance(upload, UnreadUpload):
        raise DocumentRefused(upload.reason)
    upload.seek(0)
    content: bytes = upload.read()
    return content


class MemoryOnlyUploadHandler(FileUploadHandler):
    """Keeps files off the disk, where a killed process would leave them readable.

    Needs WSGI: under ASGI Django itself spools the request body to a temporary file.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.received_files = 0
        self.received_bytes = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > MAX_REQUEST_BYTES:
            raise RequestTooLarge

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received_files += 1
        self.kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received_bytes += len(raw_data)
        if self.received_bytes > MAX_REQUEST_BYTES:
            raise RequestTooLarge
        if self.received_files > MAX_FILES:
            return
        if start + len(raw_data) > MAX_FILE_BYTES:
            self.kept = BytesIO()
            return
        self.kept.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        if self.received_files > MAX_FILES:
            return self.unread(SurplusUpload, file_size)
        if file_size > MAX_FILE_BYTES:
            return self.unread(OversizedUpload, file_size)
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept,
            self.field_name,
            self.file_name,
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
        )

    def unread(self, kind: type[UnreadUpload], file_size: int) -> UnreadUpload:
        return kind(BytesIO(), self.file_name, self.content_type, file_size, self.charset)


def plain_answer(_request: HttpRequest, error: RequestTooLarge) -> HttpResponse:
    return HttpResponse(error.message, status=413, content_type="text/plain; charset=utf-8")


def memory_only_uploads(view: View[Args], *, answer: Answer = plain_answer) -> View[Args]:
    """Receive the files of this view in memory; `answer` makes the 413 page of one too large."""
    protected = csrf_protect(view)

    # The CSRF check reads the form, and the files with it, before any view runs. Exempting the
    # outer view leaves room to choose the handler first; the inner view is checked as usual.
    @csrf_exempt
    @wraps(view)
    def receive(request: HttpRequest, /, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponse:
        request.upload_handlers = [MemoryOnlyUploadHandler(request)]
        try:
            return protected(request, *args, **kwargs)
        except RequestTooLarge as error:
            return answer(request, error)

    return receive
