"""A message goes out once: not twice, and not never, whatever dies or fails on the way."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from shop.accounts.models import User
from shop.mailing import outbox
from shop.mailing.models import MOST_ATTEMPTS, Email
from tests.conftest import signed_in
from tests.killing import run_until_killed
from tests.settling.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

FILES = "django.core.mail.backends.filebased.EmailBackend"


def queue(user: User, key: str = "1") -> None:
    outbox.queue("prescription_ask", key=key, user=user, path="/prescriptions/RX/", label="RX")


def queue_for_anna(folder: str) -> None:
    """What the process does that is killed; it writes its mail into files."""
    from django.conf import settings

    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, folder
    queue(User.objects.get(email="anna@example.com"))


def files_in(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.iterdir() if path.stat().st_size]


def let_the_lease_run_out() -> None:
    past = timezone.now() - datetime.timedelta(seconds=1)
    Email.objects.filter(sent_at__isnull=True).update(held_until=past)


@pytest.fixture
def waiting(customer: User) -> Email:
    """Written down by a process that died before it could try."""
    return Email.objects.create(
        code="prescription_ask", key="1", user=customer, path="/prescriptions/RX/", label="RX"
    )


@pytest.fixture
def uncertain(waiting: Email) -> Email:
    """A process began to send it and was never heard of again."""
    past = timezone.now() - datetime.timedelta(minutes=1)
    Email.objects.update(held_until=past, sending_at=past, attempts=1)
    return waiting


def test_a_message_is_sent_once_what_it_tells_is_committed(customer: User) -> None:
    with transaction.atomic():
        queue(customer)
        assert mail.outbox == []

    assert [message.to for message in mail.outbox] == [["anna@example.com"]]
    assert Email.objects.get().sent_at is not None


def test_what_is_undone_is_not_told(customer: User) -> None:
    with transaction.atomic():
        queue(customer)
        transaction.set_rollback(True)
    outbox.send_waiting()

    assert mail.outbox == []


def test_the_same_message_is_written_down_and_sent_once(customer: User) -> None:
    queue(customer)
    queue(customer)
    outbox.send_waiting()

    assert len(mail.outbox) == 1


def test_of_twenty_who_send_at_once_one_does(waiting: Email) -> None:
    at_once(*[lambda: outbox.send(Email.objects.get())] * 20)

    assert len(mail.outbox) == 1


def test_a_message_says_the_same_of_itself_at_every_attempt(
    waiting: Email, settings: Settings
) -> None:
    settings.SITE_URL = "https://shop.example"
    outbox.send(waiting)

    header = mail.outbox[0].message()["Message-ID"]
    assert header == f"<{waiting.uuid}@shop.example>"


# A mail server that fails


def failing_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_self: EmailBackend, _messages: Any) -> int:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", fail)


@pytest.mark.parametrize(
    "error",
    [
        SMTPDataError(451, b"try later"),
        SMTPRecipientsRefused({"anna@example.com": (450, b"busy")}),
    ],
)
def test_what_the_mail_server_refused_is_sent_later(
    error: Exception, waiting: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        failing_with(error, patch)
        outbox.send(waiting)
        waiting.refresh_from_db()
        assert (waiting.sent_at, waiting.attempts) == (None, 1)
        assert "anna" not in waiting.last_error

    outbox.send_waiting()

    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_not_there_is_tried_again(waiting: Email, settings: Settings) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    outbox.send(waiting)
    assert Email.objects.get().sending_at is None

    settings.EMAIL_BACKEND = working
    outbox.send_waiting()

    assert len(mail.outbox) == 1


@pytest.mark.parametrize("error", [SMTPServerDisconnected("gone"), TimeoutError()])
def test_a_connection_that_broke_in_the_middle_leaves_it_to_a_person(
    error: Exception, waiting: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        failing_with(error, patch)
        outbox.send(waiting)

    outbox.send_waiting()

    assert mail.outbox == []
    assert list(Email.objects.uncertain(timezone.now())) == [waiting]


def test_a_message_refused_for_two_days_is_left_to_a_person(waiting: Email) -> None:
    Email.objects.update(attempts=MOST_ATTEMPTS)

    outbox.send_waiting()

    assert mail.outbox == []
    assert list(Email.objects.needing_a_look(timezone.now())) == [waiting]


def test_who_held_a_message_too_long_does_not_send_it(
    waiting: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = outbox._message  # noqa: SLF001 the step it is slow at

    def slow(email: Email) -> Any:
        let_the_lease_run_out()
        return render(email)

    monkeypatch.setattr(outbox, "_message", slow)

    outbox.send(waiting)

    assert mail.outbox == []


# Killed


@pytest.mark.slow
def test_killed_before_the_mail_server_is_asked_it_is_sent_later(
    customer: User, tmp_path: Path
) -> None:
    run_until_killed(
        f"{__name__}:queue_for_anna", str(tmp_path), target="shop.mailing.outbox:_begin"
    )
    outbox.send_waiting()
    assert mail.outbox == []

    let_the_lease_run_out()
    outbox.send_waiting()
    outbox.send_waiting()

    assert (len(mail.outbox), files_in(tmp_path)) == (1, [])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "when", "arrived"),
    [
        ("shop.mailing.outbox:_give", "before", 0),
        (f"{FILES.rpartition('.')[0]}:EmailBackend.send_messages", "after", 1),
    ],
)
def test_killed_while_the_mail_server_is_asked_it_is_not_sent_again_but_shown(
    customer: User, tmp_path: Path, target: str, when: str, arrived: int
) -> None:
    run_until_killed(f"{__name__}:queue_for_anna", str(tmp_path), target=target, when=when)
    let_the_lease_run_out()

    outbox.send_waiting()

    assert (len(mail.outbox), len(files_in(tmp_path))) == (0, arrived)
    assert Email.objects.needing_a_look(timezone.now()).count() == 1
    said = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("send_messages", stdout=io.StringIO(), stderr=said)
    assert (ended.value.code, said.getvalue()[:1]) == (1, "1")


# What a person decides


@pytest.fixture
def desk(pharmacist: User) -> Client:
    return signed_in(pharmacist)


def decide(desk: Client, email: Email, word: str) -> str:
    url = reverse("admin:email-decide", args=[email.pk])
    return desk.post(url, {word: ""}, follow=True).content.decode()


def test_a_pharmacist_sends_an_uncertain_message_again(desk: Client, uncertain: Email) -> None:
    page = desk.get(reverse("admin:mailing_email_changelist")).content.decode()
    assert "anna@example.com" in page

    assert "Tried again." in decide(desk, uncertain, "again")

    assert len(mail.outbox) == 1
    assert "Nothing to decide" in decide(desk, uncertain, "again")
    assert len(mail.outbox) == 1


def test_a_pharmacist_leaves_an_uncertain_message_be(desk: Client, uncertain: Email) -> None:
    assert "Nothing to decide" in decide(desk, uncertain, "leave")

    call_command("send_messages", stdout=io.StringIO())
    assert mail.outbox == []


def test_of_twenty_who_send_it_again_at_once_one_does(uncertain: Email) -> None:
    at_once(*[lambda: outbox.send_again(Email.objects.get())] * 20)

    assert len(mail.outbox) == 1


def test_a_message_that_was_sent_cannot_be_sent_again(customer: User) -> None:
    queue(customer)

    with pytest.raises(outbox.NotUncertain):
        outbox.send_again(Email.objects.get())


@pytest.mark.parametrize("person", ["staff", "superuser"])
def test_others_neither_see_nor_decide(
    person: str, uncertain: Email, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(person))

    assert client.get(reverse("admin:mailing_email_changelist")).status_code == 404
    assert client.post(reverse("admin:email-decide", args=[uncertain.pk])).status_code == 404
    assert Email.objects.uncertain(timezone.now()).exists()
