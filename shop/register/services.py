"""Enters supplies, and notes on them; nothing here changes what stands in the register."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from oscar.apps.order.models import Order

from shop import days
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import log
from shop.prescriptions.models import Supply
from shop.prescriptions.services import registration_of
from shop.register.gathering import particulars_of
from shop.register.models import Annotation, Entry


def subject_of(entry: Entry) -> log.Subject:
    """The entry, as the audit log names it."""
    return log.Subject("register", str(entry.number))


def enter(order: Order, *, by: User | None, moment: datetime.datetime) -> list[Entry]:
    """Enter each supply of an order that left at the moment, unless it is entered.

    In the transaction of the order's move, as the last thing that it locks. Raises VaultError and
    `shop.register.gathering.NothingDecided`.
    """
    supplies = Supply.objects.filter(
        order_line__order=order, returned_at__isnull=True, register_entry__isnull=True
    )
    wanted = supplies.select_related("order_line__medicine", "authorisation__prescription")
    entries = [_entry(supply, order, moment) for supply in wanted.order_by("pk")]
    with transaction.atomic():
        # What numbers the log without a gap numbers the register too.
        log.lock_the_end()
        for entry in entries:
            _write(entry, by=by)
    return entries


def _entry(supply: Supply, order: Order, moment: datetime.datetime) -> Entry:
    return Entry(
        supply=supply,
        supplied_on=days.at_pharmacy(moment),
        order_number=order.number,
        prescription_reference=supply.authorisation.prescription.reference,
        particulars=particulars_of(supply, moment=moment).as_json(),
    )


def _write(entry: Entry, *, by: User | None) -> None:
    entry.number = (Entry.objects.values_list("number", flat=True).first() or 0) + 1
    entered = log.append(
        "register.enter",
        actor=actor_of(by) if by else log.SYSTEM,
        subject=subject_of(entry),
        details={"order": entry.order_number, "supply": entry.supply_id},
        witnessed=contents_of_entry(entry),
    )
    entry.audit_sequence = entered.sequence
    entry.save(force_insert=True)


def annotate(entry: Entry, *, by: User, text: str, key: uuid.UUID) -> Annotation:
    """Add a note to an entry, once for each key; raises `shop.prescriptions.services.NotAllowed`."""
    registration = registration_of(entry.supply.authorisation.prescription, by)
    with transaction.atomic():
        log.lock_the_end()
        known = Annotation.objects.filter(uuid=key).first()
        if known is not None:
            return known
        note = Annotation(entry=entry, uuid=key, text=text, by=by, registration=registration)
        noted = log.append(
            "register.annotate",
            actor=log.Actor(by.pk, f"pharmacist, {registration}", works_here=True),
            subject=subject_of(entry),
            details={"annotation": str(key)},
            witnessed=contents_of_annotation(note),
        )
        note.audit_sequence = noted.sequence
        note.save(force_insert=True)
    return note


def record_opening(entries: Iterable[Entry], *, by: User) -> None:
    """Record who read which entries (AUD-3)."""
    numbers = [entry.number for entry in entries]
    if not numbers:
        return
    log.append(
        "register.open",
        actor=actor_of(by),
        subject=log.Subject("register", f"{min(numbers)}-{max(numbers)}"),
        details={"entries": numbers},
    )


def contents_of_entry(entry: Entry) -> list[Any]:
    """All that an entry says, for its audit entry to hold a keyed hash of."""
    return [
        entry.number,
        entry.supply_id,
        entry.supplied_on.isoformat(),
        entry.entered_at,
        entry.order_number,
        entry.prescription_reference,
        entry.particulars,
    ]


def contents_of_annotation(note: Annotation) -> list[Any]:
    """The same, of a note."""
    return [note.entry_id, str(note.uuid), note.text, note.by_id, note.registration, note.at]
