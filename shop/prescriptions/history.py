"""Writes what happened to a prescription: for people to read, for the audit, and for the customer."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import log, states
from shop.audit.models import Entry
from shop.prescriptions import emails
from shop.prescriptions.models import Authorisation, Event, Message, Page, Prescription
from shop.prescriptions.statuses import TOLD_TO_CUSTOMER, Action

if TYPE_CHECKING:
    from oscar.apps.order.models import Line


def subject_of(prescription: Prescription) -> log.Subject:
    """The prescription, as the audit log names it."""
    return log.Subject("prescription", prescription.reference)


def record_move(event: Event, *, is_known: bool) -> None:
    """Write an event that moved its prescription, with how this is now, unless the log did not know it."""
    add = states.record if is_known else states.note
    with transaction.atomic():
        entry = add(
            event.prescription,
            f"prescription.{event.action}",
            actor=acting(event.by, event.registration),
            details=_moved(event),
            witnessed=contents_of(event),
        )
        _keep(event, entry)


def _moved(event: Event) -> dict[str, Any]:
    return {"from": event.from_status, "to": event.to_status}


def _keep(event: Event, entry: Entry) -> None:
    """Save it under the name of its audit entry, with its message."""
    event.audit_sequence = entry.sequence
    event.save()
    if event.action in TOLD_TO_CUSTOMER:
        emails.tell(event)


def record_in_place(
    prescription: Prescription,
    action: Action,
    *,
    by: User | None,
    note: str,
    registration: str = "",
    **details: Any,
) -> None:
    """Write something down that leaves the prescription in its status."""
    event = Event(
        prescription=prescription,
        action=action,
        from_status=prescription.status,
        to_status=prescription.status,
        by=by,
        registration=registration,
        note=note,
    )
    with transaction.atomic():
        entry = log.append(
            f"prescription.{action}",
            actor=acting(by, registration),
            subject=subject_of(prescription),
            details={**_moved(event), **details},
            witnessed=contents_of(event),
        )
        _keep(event, entry)


def opening_note(page: Page) -> str:
    """How the history names a page that was opened."""
    return f"page {page.number} of {page.document.sha256[:12]}"


def record_refusal(page: Page, *, by: User) -> None:
    """Record that somebody asked for a page who may not see it."""
    log.append(
        "prescription.open_page_refused",
        actor=actor_of(by),
        subject=subject_of(page.document.prescription),
        details={"page": str(page.uuid)},
    )


def supply_recorded(
    authorisation: Authorisation, action: str, *, order_line: Line, units: int, by: User | None
) -> AbstractContextManager[None]:
    """Record at the end of the block that an order line took units, or gave them back.

    What of is for the prescription to say.
    """
    return states.changing(
        authorisation,
        action=action,
        actor=acting(by),
        details={
            "prescription": authorisation.prescription.reference,
            "order_line": order_line.pk,
            "units": units,
        },
    )


def post(prescription: Prescription, *, by: User, registration: str, text: str) -> Message:
    """Add a message to the prescription's thread; who may is for the caller to have asked."""
    with transaction.atomic():
        message = Message.objects.create(
            prescription=prescription, author=by, registration=registration, text=text
        )
        log.append(
            "prescription.message",
            actor=acting(by, registration),
            subject=subject_of(prescription),
            details={"message": str(message.uuid)},
        )
    return message


def mark_read_by_pharmacy(prescription: Prescription) -> None:
    """Count what the customer wrote so far as read."""
    unread = Message.objects.filter(prescription=prescription).unread_by_pharmacy()
    unread.update(read_at=timezone.now())


def contents_of(event: Event) -> list[Any]:
    """All that an event says, for its audit entry to hold a keyed hash of."""
    return [
        event.prescription.reference,
        event.action,
        event.from_status,
        event.to_status,
        event.at,
        event.by_id,
        event.registration,
        event.note,
    ]


def acting(by: User | None, registration: str = "") -> log.Actor:
    """Who acts, as the log names them: a pharmacist by the registration, nobody as the system."""
    if by is None:
        return log.SYSTEM
    if registration:
        return log.Actor(by.pk, f"pharmacist, {registration}", works_here=True)
    return actor_of(by)
