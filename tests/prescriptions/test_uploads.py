"""Prescription files arrive in memory only, capped, and with the CSRF check still on."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile, UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from shop.prescriptions.files import uploads
from shop.prescriptions.files.intake import MAX_FILE_BYTES, MAX_FILES, DocumentRefused, Reason
from shop.prescriptions.files.uploads import (
    MAX_REQUEST_BYTES,
    MemoryOnlyUploadHandler,
    OversizedUpload,
    RequestTooLarge,
    SurplusUpload,
    content_of,
    memory_only_uploads,
)
from tests.prescriptions import samples

MEGABYTE = 1024 * 1024


def _upload(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return HttpResponse(get_token(request))
    sizes = [file.size for file in request.FILES.getlist("files")]
    return JsonResponse(
        {"note": request.POST["note"], "sizes": sizes, "temporary": len(_temporary())}
    )


def _temporary() -> list[Path]:
    return list(Path(tempfile.gettempdir()).iterdir())


def _sorry(request: HttpRequest, error: RequestTooLarge) -> HttpResponse:
    return HttpResponse(f"<p>{error.message}</p>", status=413)


def _refused(_request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse(reason, status=403)


urlpatterns = [
    path("upload/", memory_only_uploads(_upload)),
    path("designed/", memory_only_uploads(_upload, answer=_sorry)),
]


@pytest.fixture
def empty_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def browser() -> Iterator[Client]:
    middleware = ["django.middleware.csrf.CsrfViewMiddleware"]
    with override_settings(
        ROOT_URLCONF=__name__,
        MIDDLEWARE=middleware,
        CSRF_FAILURE_VIEW=f"{__name__}._refused",
    ):
        yield Client(enforce_csrf_checks=True)


def received(*contents: bytes) -> WSGIRequest:
    files = [
        SimpleUploadedFile(f"scan{number}.jpg", content) for number, content in enumerate(contents)
    ]
    request = RequestFactory().post("/", {"files": files, "note": "typed"})
    request.upload_handlers = [MemoryOnlyUploadHandler(request)]
    return request


def only_file(request: WSGIRequest) -> UploadedFile:
    [file] = request.FILES.getlist("files")
    return file


def test_a_large_photo_stays_in_memory(empty_temporary_folder: Path) -> None:
    photo = bytes(9 * MEGABYTE)

    with override_settings(FILE_UPLOAD_TEMP_DIR=str(empty_temporary_folder)):
        file = only_file(received(photo))

    assert isinstance(file, InMemoryUploadedFile)
    assert content_of(file) == photo


def test_nothing_is_on_the_disk_while_the_view_works(
    browser: Client, empty_temporary_folder: Path
) -> None:
    token = browser.get("/upload/").content.decode()
    scan = SimpleUploadedFile("scan.pdf", bytes(5 * MEGABYTE))

    answer = browser.post(
        "/upload/", {"files": [scan], "note": "typed", "csrfmiddlewaretoken": token}
    )

    assert answer.json() == {"note": "typed", "sizes": [5 * MEGABYTE], "temporary": 0}


def test_django_alone_would_have_written_it_to_the_disk(empty_temporary_folder: Path) -> None:
    request = RequestFactory().post(
        "/", {"files": SimpleUploadedFile("scan.jpg", bytes(5 * MEGABYTE))}
    )

    with override_settings(FILE_UPLOAD_TEMP_DIR=str(empty_temporary_folder)):
        kept = only_file(request)

        assert list(empty_temporary_folder.iterdir())
    kept.close()


def test_several_files_keep_their_names_and_contents() -> None:
    files = received(b"front", b"", b"back").FILES.getlist("files")

    assert [file.name for file in files] == ["scan0.jpg", "scan1.jpg", "scan2.jpg"]
    assert [content_of(file) for file in files] == [b"front", b"", b"back"]


def test_content_can_be_read_twice() -> None:
    file = only_file(received(b"front"))

    assert content_of(file) == content_of(file) == b"front"


def test_exactly_ten_megabytes_are_accepted() -> None:
    assert len(content_of(only_file(received(bytes(MAX_FILE_BYTES))))) == MAX_FILE_BYTES


def test_a_file_over_ten_megabytes_is_named_but_not_kept_and_the_form_stays() -> None:
    request = received(bytes(MAX_FILE_BYTES + 1), b"back")

    large, small = request.FILES.getlist("files")

    assert isinstance(large, OversizedUpload)
    assert large.size == MAX_FILE_BYTES + 1
    assert large.read() == b""
    assert content_of(small) == b"back"
    assert request.POST["note"] == "typed"
    with pytest.raises(DocumentRefused) as refused:
        content_of(large)
    assert refused.value.reason == Reason.TOO_LARGE


def test_a_file_over_ten_megabytes_frees_its_memory_while_it_still_arrives() -> None:
    receiver = MemoryOnlyUploadHandler()
    receiver.new_file("files", "scan.jpg", "image/jpeg", None)

    for start in range(0, MAX_FILE_BYTES + 1, MEGABYTE):
        receiver.receive_data_chunk(bytes(MEGABYTE), start)

    assert receiver.kept.getbuffer().nbytes == 0


def test_the_sixth_file_is_named_but_not_kept() -> None:
    files = received(*[b"page"] * (MAX_FILES + 1)).FILES.getlist("files")

    assert [isinstance(file, SurplusUpload) for file in files] == [False] * MAX_FILES + [True]
    with pytest.raises(DocumentRefused) as refused:
        content_of(files[-1])
    assert refused.value.reason == Reason.TOO_MANY_FILES


def test_a_request_that_says_it_is_too_large_is_not_read() -> None:
    request = received(b"front")
    request.META["CONTENT_LENGTH"] = str(MAX_REQUEST_BYTES + 1)

    with pytest.raises(RequestTooLarge):
        request.FILES  # noqa: B018
    assert request.environ["wsgi.input"].read(2) == b"--"


def test_a_request_that_lies_about_its_size_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    request = received(bytes(2 * MEGABYTE))
    request.META["CONTENT_LENGTH"] = "1000"
    monkeypatch.setattr(uploads, "MAX_REQUEST_BYTES", MEGABYTE)

    with pytest.raises(RequestTooLarge):
        request.FILES  # noqa: B018


@pytest.mark.parametrize(
    ("url", "answer"), [("/upload/", "Together"), ("/designed/", "<p>Together")]
)
def test_a_request_that_is_too_large_gets_a_plain_answer(
    browser: Client, url: str, answer: str
) -> None:
    token = browser.get(url).content.decode()
    files = [SimpleUploadedFile(f"{number}.jpg", bytes(8 * MEGABYTE)) for number in range(4)]

    response = browser.post(url, {"files": files, "note": "typed", "csrfmiddlewaretoken": token})

    assert response.status_code == 413
    assert response.content.decode().startswith(answer)


def test_a_form_without_its_csrf_token_is_refused(browser: Client) -> None:
    browser.get("/upload/")

    response = browser.post(
        "/upload/", {"files": [SimpleUploadedFile("scan.jpg", b"x")], "note": "typed"}
    )

    assert response.status_code == 403


def test_a_form_with_its_csrf_token_is_accepted(browser: Client) -> None:
    token = browser.get("/upload/").content.decode()
    scan = SimpleUploadedFile("scan.jpg", samples.jpeg())

    response = browser.post(
        "/upload/", {"files": [scan], "note": "typed", "csrfmiddlewaretoken": token}
    )

    assert response.json()["note"] == "typed"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("front.jpg", "front.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..\\\\..\\\\boot.ini", "boot.ini"),
        ("scan\u202egpj.exe", "scangpj.exe"),
        ("a\x00b\n.jpg", "ab.jpg"),
        ("x" * 300 + ".jpg", "x" * 251 + ".jpg"),
        ("<script>.jpg", "<script>.jpg"),
    ],
)
def test_a_file_name_is_only_words_on_a_page(sent: str, shown: str) -> None:
    body = (
        b'--line\r\nContent-Disposition: form-data; name="files"; filename="'
        + sent.encode()
        + b'"\r\nContent-Type: image/jpeg\r\n\r\nfront\r\n--line--\r\n'
    )
    request = RequestFactory().generic("POST", "/", body, "multipart/form-data; boundary=line")
    request.upload_handlers = [MemoryOnlyUploadHandler(request)]

    files = request.FILES.getlist("files")

    assert [file.name for file in files] == [shown]
    assert content_of(files[0]) == b"front"
