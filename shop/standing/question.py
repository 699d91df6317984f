"""The one question before anything leaves: does the order still stand as it was paid?

Asked of every supply: does the authorisation now in force cover it, or has a pharmacist answered for it
since that changed? And of the money of every line: was it paid, and not given back?
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catalogue.content.models import Medicine
from shop import days
from shop.audit import states
from shop.jurisdictions import loading
from shop.payments.models import PaymentAttempt
from shop.prescriptions.models import Prescription, Supply
from shop.prescriptions.statuses import UNDER_REVIEW, Status
from shop.standing.events import Event, Fate, fate_of
from shop.standing.models import Answer
from shop.standing.money import is_a_pack_worth, is_all_back, is_paying_back, paid_back

OF_STATUS = {
    **dict.fromkeys(UNDER_REVIEW, Event.REOPENED),
    Status.REFUSED: Event.REFUSED,
    Status.WITHDRAWN: Event.WITHDRAWN,
    Status.CANCELLED: Event.TAKEN_BACK,
}


@dataclass(frozen=True)
class Obstacle:
    """Something that happened to a paid order; ``key`` tells it from the same thing happening again."""

    event: Event
    fate: Fate
    key: str
    supply: Supply | None = None
    line: Any = None

    @property
    def words(self) -> str:
        """For staff, with the line it concerns."""
        what = str(self.event.label)
        return f"{self.line.named}: {what}" if self.line else what


def obstacles_of(order: Any) -> list[Obstacle]:
    """All that changed since the order was paid and nobody answered for; the strongest first.

    Whoever must be sure holds the attempt, the order and its prescriptions.
    """
    found = [
        Obstacle(event, fate_of(event, order.status), key, supply, line)
        for event, key, supply, line in _changes(order)
    ]
    open_ones = [each for each in found if each.fate != Fate.NOTHING and not _is_answered(each)]
    return sorted(open_ones, key=lambda each: -each.fate.strength)


def stops_of(order: Any) -> list[Obstacle]:
    """Those that keep an order from leaving."""
    return [each for each in obstacles_of(order) if each.fate.stops]


def lines_to_drop(order: Any) -> list[Any]:
    """The lines of which all money goes back, while others of the order stay."""
    lines = [each.line for each in obstacles_of(order) if each.fate == Fate.GOES_WITHOUT]
    # As everybody who takes several stock records.
    return sorted(lines, key=lambda line: (line.stockrecord_id or 0, line.pk))


_Change = tuple[Event, str, Supply | None, Any]


def _changes(order: Any) -> Iterator[_Change]:
    attempt = PaymentAttempt.objects.filter(order=order).first()
    yield from _not_in_log(order, attempt)
    lines = [line for line in order.lines.all() if not line.is_taken_out]
    if attempt is not None:
        gone = paid_back(attempt)
        yield from _of_money(attempt, lines)
        lines = [line for line in lines if gone.packs[line.pk] < line.quantity]
    supplies = {
        supply.order_line_id: supply
        for supply in Supply.objects.filter(order_line__order=order, returned_at__isnull=True)
        .select_related("authorisation__prescription__patient")
        .order_by("pk")
    }
    taken: Counter[int] = Counter()
    for supply in supplies.values():
        taken[supply.authorisation_id] += supply.units
    for line in lines:
        if not line.needed_prescription:
            continue
        found = supplies.get(line.pk)
        if found is None:
            yield Event.NO_SUPPLY, "", None, line
        else:
            for event, key in _of_supply(found, line, taken[found.authorisation_id]):
                yield event, f"{event}:{key}", found, line


def _not_in_log(order: Any, attempt: PaymentAttempt | None) -> Iterator[_Change]:
    if not states.is_known(order):
        yield Event.ORDER_NOT_IN_LOG, "", None, None
    if attempt is not None and not states.is_known(attempt):
        yield Event.PAYMENT_NOT_IN_LOG, "", None, None


def _of_money(attempt: PaymentAttempt, lines: list[Any]) -> Iterator[_Change]:
    gone = paid_back(attempt)
    back = [line for line in lines if gone.packs[line.pk] >= line.quantity]
    if is_paying_back(attempt):
        yield Event.PAYING_BACK, "", None, None
    if is_all_back(attempt) or len(back) == len(lines):
        yield Event.ALL_PAID_BACK, "", None, None
        return
    kept = [line for line in lines if line not in back]
    for line in back:
        yield Event.LINE_PAID_BACK, "", None, line
    in_part = [line for line in kept if gone.packs[line.pk]]
    if in_part or is_a_pack_worth(gone.loose_minor, kept, attempt.currency):
        yield Event.PART_PAID_BACK, "", None, in_part[0] if in_part else None
    if attempt.is_disputed:
        yield Event.DISPUTED, "", None, None


def _of_supply(supply: Supply, line: Any, taken: int) -> Iterator[tuple[Event, str]]:
    prescription = supply.authorisation.prescription
    if Answer.objects.filter(supply=supply, may_leave=False).exists():
        yield Event.SAID_NO, ""
    if prescription.status in OF_STATUS:
        yield OF_STATUS[Status(prescription.status)], ""
        return
    if not (states.is_known(prescription) and states.is_known(supply.authorisation)):
        yield Event.NOT_IN_LOG, ""
        return
    yield from _of_approval(supply, line, taken)
    patient = prescription.patient
    if patient is not None and patient.is_archived:
        yield Event.PATIENT_REMOVED, str(patient.version)
    withdrawn_at = _signature_withdrawn_at(supply)
    if withdrawn_at is not None:
        yield Event.SIGNATURE_WITHDRAWN, f"{withdrawn_at:%Y%m%d%H%M%S%f}"
    if _is_late(supply):
        yield Event.LATE, ""


def _of_approval(supply: Supply, line: Any, taken: int) -> Iterator[tuple[Event, str]]:
    """What the authorisation now in force says of it, in strength and units as they were sold."""
    authorisation, prescription = supply.authorisation, supply.authorisation.prescription
    decided = f"{prescription.decided_at:%Y%m%d%H%M%S%f}" if prescription.decided_at else ""
    if authorisation.ended_at is not None:
        yield Event.ENDED, decided
    elif taken > authorisation.units_per_supply or not _is_as_sold(supply, line):
        yield Event.APPROVED_OTHER, decided
    if prescription.status == Status.EXPIRED and _has_changed_since(prescription, supply):
        yield Event.ANSWERS_CHANGED, str(prescription.patient.version)  # type: ignore[union-attr]


def _is_as_sold(supply: Supply, line: Any) -> bool:
    authorisation = supply.authorisation
    sold = (line.medicine_id, line.strength, line.units_sold)
    return sold == (authorisation.medicine_id, authorisation.strength, supply.units)


def _has_changed_since(prescription: Prescription, supply: Supply) -> bool:
    patient = prescription.patient
    return patient is not None and patient.changed_at > supply.taken_at


def _signature_withdrawn_at(supply: Supply) -> datetime.datetime | None:
    """When the superintendent took back the signature that the medicine was sold on."""
    known = Medicine.objects.filter(product=supply.authorisation.medicine_id)
    return known.values_list("shown__withdrawn_at", flat=True).first()


def _is_late(supply: Supply) -> bool:
    """Whether a prescription written on the day of payment would be out of date by now."""
    paid_on = days.at_pharmacy(supply.taken_at)
    return loading.current().last_day_of(paid_on) < days.at_pharmacy()


def _is_answered(obstacle: Obstacle) -> bool:
    if obstacle.fate != Fate.ASKS or obstacle.supply is None:
        return False
    answers = Answer.objects.filter(supply=obstacle.supply, may_leave=True, key=obstacle.key)
    return any(states.is_known(answer) for answer in answers)
