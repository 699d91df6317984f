"""Writes messages down, and sends each once: a message is never given to a mail server twice.

A process that is killed before the mail server is asked loses nothing, since the message is sent by
the next one. Killed while the server is asked, nobody knows whether it was taken: such a message is
not sent again by itself, but shown to a person.
"""

from __future__ import annotations

import datetime
import logging
from contextlib import closing
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone

from shop.accounts.models import User
from shop.mailing.models import Email
from shop.vault.sealing import VaultError

logger = logging.getLogger(__name__)

# How long one process may take to give a message to the mail server; it stops itself well before.
LEASE = datetime.timedelta(minutes=5)


class NotUncertain(Exception):
    """The message was sent, or still waits: there is nothing to decide about it."""


def queue(  # noqa: PLR0913 a message has that many parts
    code: str,
    *,
    key: str,
    user: User,
    path: str,
    label: str,
    until: datetime.date | None = None,
    address: str = "",
    title: str = "",
    words: str = "",
    patient: Any = None,
) -> None:
    """Write a message down in the transaction of what it tells, and send it once that is committed.

    The same `code` and `key` a second time are the same message, and change nothing. It goes to the
    user's own address unless another is given; whose account is closed is told nothing. The
    ``patient`` whom it is about is named in the text.
    """
    if user.is_closed and not address:
        return
    email, is_new = Email.objects.get_or_create(
        code=code,
        key=key,
        defaults={
            "user": user,
            "path": path,
            "label": label,
            "until": until,
            "address": address,
            "title": title,
            "words": words,
            "patient": patient,
        },
    )
    if is_new:
        transaction.on_commit(lambda: send(email))


def forget(user: User) -> None:
    """Take back what was not given to a mail server yet."""
    Email.objects.filter(user=user, sending_at__isnull=True).delete()


def send_waiting() -> int:
    """Send what could not be sent before; returns how many were tried."""
    emails = list(Email.objects.waiting(timezone.now()).select_related("user", "patient"))
    for email in emails:
        send(email)
    return len(emails)


def send(email: Email) -> None:
    """Send the message unless somebody else does or did; a failure leaves it to be sent later."""
    held_until = _hold(email)
    if held_until is None:
        return
    message = _message(email)
    connection = get_connection()
    try:
        connection.open()
    except (SMTPException, OSError) as error:
        _let_go(email, held_until, error)
        return
    with closing(connection):
        if _begin(email, held_until):
            _give(message, email, held_until, connection)


def _give(
    message: EmailMultiAlternatives,
    email: Email,
    held_until: datetime.datetime,
    connection: BaseEmailBackend,
) -> None:
    try:
        connection.send_messages([message])
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        _let_go(email, held_until, error)
    except (SMTPException, OSError) as error:
        _leave_uncertain(email, error)
    else:
        Email.objects.filter(pk=email.pk).update(sent_at=timezone.now(), last_error="", address="")


def send_again(email: Email) -> None:
    """Send an uncertain message after all, because a person decided so; raises NotUncertain."""
    _decide(email, sending_at=None, held_until=None, attempts=0)
    send(email)


def leave_be(email: Email) -> None:
    """Count an uncertain message as sent, because a person knows better; raises NotUncertain."""
    now = timezone.now()
    _decide(email, sending_at=now, held_until=now, sent_at=now, address="")


def _decide(email: Email, **changes: Any) -> None:
    needing = Email.objects.needing_a_look(timezone.now()).filter(pk=email.pk)
    if not needing.update(**changes):
        raise NotUncertain(str(email))


def _hold(email: Email) -> datetime.datetime | None:
    """Take the message for a while, if nobody has it; the end of that time is what proves it."""
    now = timezone.now()
    until = now + LEASE
    taken = Email.objects.waiting(now).filter(pk=email.pk)
    return until if taken.update(held_until=until, attempts=F("attempts") + 1) else None


def _begin(email: Email, held_until: datetime.datetime) -> bool:
    """Note that the mail server is about to be asked; not when the time that was taken is over."""
    now = timezone.now()
    held = Email.objects.filter(
        pk=email.pk, held_until=held_until, held_until__gt=now, sending_at__isnull=True
    )
    return bool(held.update(sending_at=now))


def _let_go(email: Email, held_until: datetime.datetime, error: Exception) -> None:
    """The mail server was not reached, or said no: the message waits."""
    logger.warning("message %s was not sent: %s", email.pk, type(error).__name__)
    Email.objects.filter(pk=email.pk, held_until=held_until).update(
        held_until=None, sending_at=None, last_error=_plain(error)
    )


def _leave_uncertain(email: Email, error: Exception) -> None:
    """The connection broke in the middle: the mail server may have the message."""
    logger.error("message %s may have been sent: %s", email.pk, type(error).__name__)
    Email.objects.filter(pk=email.pk).update(held_until=timezone.now(), last_error=_plain(error))


def _plain(error: Exception) -> str:
    """What went wrong, without the address that some mail servers repeat."""
    code = f" {error.smtp_code}" if isinstance(error, SMTPResponseException) else ""
    return f"{type(error).__name__}{code}"


def _patient_name(email: Email) -> str:
    """Whom the message is about; empty for nobody, and for one whose name cannot be opened."""
    patient: Any = email.patient
    try:
        return patient.answers.patient_name if patient else ""
    except VaultError:
        # What happened has to be told all the same; the page it leads to says for whom.
        logger.exception("message %s cannot name its patient", email.pk)
        return ""


def _message(email: Email) -> EmailMultiAlternatives:
    pharmacy = settings.DEMO_PHARMACY if settings.IS_DEMO else settings.PHARMACY
    context = {
        "reference": email.label,
        "number": email.label,
        "until": email.until,
        "title": email.title,
        "words": email.words,
        "name": email.user.get_short_name(),
        "patient": _patient_name(email),
        "link": f"{settings.SITE_URL}{email.path}",
        "phone": pharmacy["phone"],
        "shop_name": settings.OSCAR_SHOP_NAME,
        "is_demo": settings.IS_DEMO,
    }
    template = f"emails/{email.code}"
    message = EmailMultiAlternatives(
        render_to_string(email.subject_template, context).strip(),
        render_to_string(f"{template}_body.txt", context),
        to=[email.address or email.user.email],
        headers={"Message-ID": email.message_id},
    )
    message.attach_alternative(render_to_string(f"{template}_body.html", context), "text/html")
    return message
