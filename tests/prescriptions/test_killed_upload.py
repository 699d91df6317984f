"""A process that is killed in the middle of an upload leaves nothing half done, and nothing readable."""

from __future__ import annotations

import io
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.middleware.csrf import _get_new_csrf_string
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import User
from shop.mailing.models import Email
from shop.prescriptions import opening
from shop.prescriptions.models import Document, Event, Page, Prescription, RequestedPack
from shop.prescriptions.statuses import Status
from shop.prescriptions.upkeep import sweep as sweeping
from shop.prescriptions.upkeep.sweep import TooManyStrays, sweep
from shop.vault import storage as vault
from tests import killing
from tests.conftest import basket_with, pack_of, send_prescription, signed_in
from tests.prescriptions import samples
from tests.prescriptions.test_rotation import make_old

SUBMIT = """
from catalogue.models import Product
from shop.accounts.models import User
from tests.conftest import send_prescription
send_prescription(User.objects.get(email="anna@example.com"), Product.objects.get(structure="parent"))
"""
KILLED_AT = {
    "after the first file": (
        "from shop.vault import storage; store = storage.store\n"
        "storage.store = lambda *a, **k: (store(*a, **k), die())\n"
    ),
    "half way through a file": "from shop.vault import storage; storage.os.link = die\n",
    "before the rows": "from shop.prescriptions.models import Document; Document.save = die\n",
    "between the rows": "from shop.prescriptions.models import Page; Page.save = die\n",
    "before the commit": "from shop.prescriptions import sending; sending.move = die\n",
}
SERVER = """
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
from django.core.wsgi import get_wsgi_application
server = WSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
server.set_app(get_wsgi_application())
print(server.server_address[1], flush=True)
from django.http.multipartparser import ChunkIter
next_chunk, taken = ChunkIter.__next__, []
def telling(self):
    taken.append(1)
    if len(taken) == 50:
        print("three megabytes", flush=True)
    return next_chunk(self)
ChunkIter.__next__ = telling
server.serve_forever()
"""


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Path) -> None:
    """An empty vault."""
    killing.begin_a_vault(settings, tmp_path)


def nothing_was_sent() -> bool:
    sent = Prescription.objects.exclude(status=Status.DRAFT)
    rows = (model.objects.all() for model in (Document, Page, RequestedPack, Event))
    return not any(found.exists() for found in (sent, *rows))


def readable(folder: Path, words: bytes) -> list[Path]:
    """Files that hold these words as they are."""
    return [path for path in folder.rglob("*") if path.is_file() and words in path.read_bytes()]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", KILLED_AT.values(), ids=KILLED_AT)
def test_a_submission_that_is_killed_leaves_no_row_and_nothing_readable(
    customer: User, medicine: Product, tmp_path: Path, moment: str
) -> None:
    status, said = killing.run(moment + SUBMIT, TMPDIR=str(tmp_path))

    assert status == -signal.SIGKILL, said
    assert nothing_was_sent()
    assert readable(tmp_path, b"as sent") == []

    sent = send_prescription(customer, medicine)
    make_old()
    sweep()
    names = {sent.documents.get().sealed_name, sent.documents.get().pages.get().sealed_name}
    assert killing.stored_files() == names
    assert opening.open_page_as_owner(Page.objects.get(), by=customer) == b"a picture"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_submission_killed_after_its_commit_is_complete(
    customer: User, medicine: Product
) -> None:
    telling = "from shop.mailing import outbox; outbox.send = die\n"

    status, said = killing.run(telling + SUBMIT)

    assert status == -signal.SIGKILL, said
    assert Prescription.objects.get().status == Status.SUBMITTED
    assert opening.open_page_as_owner(Page.objects.get(), by=customer) == b"a picture"
    assert [email.code for email in Email.objects.waiting(timezone.now())] == [
        "prescription_submit"
    ]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_server_killed_while_a_file_arrives_leaves_nothing(
    customer: User, medicine: Product, tmp_path: Path
) -> None:
    client = signed_in(customer)
    basket_with(customer, pack_of(medicine, 10, 60))
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    with killing.start(SERVER, TMPDIR=str(scratch)) as server:
        port = int(server.stdout.readline())
        half = half_an_upload(client.cookies["sessionid"].value)
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(half)
            assert server.stdout.readline() == "three megabytes\n"
            server.kill()
            assert server.communicate()[0] == -signal.SIGKILL

    assert nothing_was_sent()
    assert readable(scratch, b"%PDF") == []
    assert killing.stored_files() == set()


def half_an_upload(session: str) -> bytes:
    token = _get_new_csrf_string()
    body = (
        f'--line\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
        '--line\r\nContent-Disposition: form-data; name="documents"; filename="scan.pdf"\r\n\r\n'
    ).encode() + samples.pdf() * 40
    head = (
        "POST /checkout/prescription/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Cookie: sessionid={session}; csrftoken={token}\r\n"
        "Content-Type: multipart/form-data; boundary=line\r\n"
        f"Content-Length: {2 * len(body)}\r\n\r\n"
    )
    return head.encode() + body


def test_a_young_file_is_left_alone(prescription: Prescription) -> None:
    vault.store(b"being sent", context="document:x")

    assert sweep() == 0
    assert len(killing.stored_files()) == 3


def test_what_no_row_names_is_removed_after_an_hour(prescription: Prescription) -> None:
    stray = vault.store(b"left", context="document:x")
    (killing.vault_folder() / f"{stray}.part").write_bytes(b"half")
    make_old()

    said = io.StringIO()
    call_command("sweep_vault", stdout=said)

    assert "2 files without a prescription deleted" in said.getvalue()
    assert stray not in killing.stored_files()
    assert len(killing.stored_files()) == 2


def test_another_shops_database_does_not_empty_the_vault(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "FEW", 2)
    for number in range(3):
        vault.store(b"a page", context=f"document:{number}")
    make_old()

    with pytest.raises(TooManyStrays):
        sweep()
    with pytest.raises(CommandError, match="Nothing was deleted"):
        call_command("sweep_vault")
    assert len(killing.stored_files()) == 3
    assert sweep(most_allowed=True) == 3
