"""The thread of messages between the customer and the pharmacists, on one prescription."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from shop.accounts.models import User
from shop.prescriptions import emails, history
from shop.prescriptions.models import Message, Prescription
from shop.prescriptions.services import check_owner, registration_of
from shop.prescriptions.statuses import MAY_WRITE, UNDER_REVIEW

LONGEST_TEXT = 2000
MOST_MESSAGES = 200
MOST_UNREAD = 10


class Closed(Exception):
    """No more messages may be written on this prescription, or not now; the text says why."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def is_open(prescription: Prescription) -> bool:
    """Whether the customer and the pharmacists may still write to each other on it."""
    return prescription.status in MAY_WRITE


def write_as_owner(prescription: Prescription, *, by: User, text: str) -> Message:
    """Write to the pharmacists; raises NotAllowed and Closed.

    While the prescription waits for a decision, whoever decides from a page opened before this
    message is refused, as after any other change.
    """
    check_owner(prescription, by)
    _check_room(prescription)
    unread = prescription.messages.unread_by_pharmacy().count()
    if unread >= MOST_UNREAD:
        raise Closed(
            gettext("Please wait until a pharmacist has read your messages, or call the pharmacy.")
        )
    with transaction.atomic():
        Prescription.objects.filter(pk=prescription.pk, status__in=UNDER_REVIEW).update(
            version=F("version") + 1
        )
        return history.post(prescription, by=by, registration="", text=text)


def write_as_pharmacist(prescription: Prescription, *, by: User, text: str) -> Message:
    """Write to the customer, who is told by email that there is something to read.

    Raises NotAllowed and Closed. What the customer wrote so far counts as read.
    """
    registration = registration_of(prescription, by)
    _check_room(prescription)
    if prescription.user.is_closed:
        raise Closed(
            gettext("The customer has closed the account and reads nothing here any more.")
        )
    with transaction.atomic():
        message = history.post(prescription, by=by, registration=registration, text=text)
        history.mark_read_by_pharmacy(prescription)
        emails.tell_message(message)
    return message


def mark_read_by_owner(prescription: Prescription, *, by: User) -> None:
    """The customer has opened what the pharmacists wrote."""
    check_owner(prescription, by)
    prescription.messages.unread_by_patient().update(read_at=timezone.now())


def mark_read_by_pharmacist(prescription: Prescription, *, by: User, up_to: int) -> None:
    """A pharmacist has read the customer's messages up to this one; later ones stay unread."""
    registration_of(prescription, by)
    unread = prescription.messages.unread_by_pharmacy()
    unread.filter(pk__lte=up_to).update(read_at=timezone.now())


def _check_room(prescription: Prescription) -> None:
    if not is_open(prescription):
        raise Closed(gettext("This prescription is closed. Please call the pharmacy."))
    if prescription.messages.count() >= MOST_MESSAGES:
        raise Closed(gettext("There are too many messages here. Please call the pharmacy."))
