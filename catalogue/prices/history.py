"""The price of a pack over time, from the audit log and the plans: who, when, from, to and why."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from django.db.models import Q
from django.utils import timezone
from oscar.apps.partner.models import StockRecord

from catalogue.prices.models import PlannedPrice, Reason
from catalogue.prices.rules import percent
from shop.audit.models import Entry

# How the log writes that a price changed; what is settled from a plan stands there as the plan.
CHANGED = '"price":['


@dataclass(frozen=True)
class Step:
    """From `at` on the pack costs `price`; `by` is the number of an account, None for the clock."""

    at: datetime.datetime
    price: Decimal | None
    by: int | None = None
    role: str = ""
    reason: str = ""
    note: str = ""
    before: Decimal | None = None
    plan: PlannedPrice | None = None

    @property
    def is_planned(self) -> bool:
        """Whether it is still to come."""
        return self.at > timezone.now()

    @property
    def percent(self) -> Fraction | None:
        return percent(self.before, self.price) if self.before and self.price else None

    @property
    def why(self) -> str:
        """In words; older entries have words only."""
        if self.reason == Reason.OTHER:
            return self.note
        label = str(Reason(self.reason).label) if self.reason in Reason.values else self.reason
        return f"{label}: {self.note}" if self.note else label


def steps_of(record: StockRecord) -> list[Step]:
    """Every price the pack has had, and those that are planned, oldest first. Three queries."""
    entries = list(
        Entry.objects.filter(
            Q(details_json__contains=CHANGED) | Q(action="stock.make"),
            subject_type="stock",
            subject_key=str(record.pk),
        ).order_by("sequence")
    )
    found = [_changed(entry) for entry in entries if _is_by_hand(entry)]
    later = sorted((*found, *_plans(record)), key=lambda step: step.at)
    steps = [_first(record, entries), *later]
    return [
        steps[0],
        *(replace(step, before=before.price) for before, step in itertools.pairwise(steps)),
    ]


def _first(record: StockRecord, entries: list[Entry]) -> Step:
    """What it began with: what the first change replaced, or what still stands in the record."""
    changes = [entry for entry in entries if CHANGED in entry.details_json]
    price = _price(changes[0].details["changed"]["price"][0]) if changes else record.price
    for made in entries:
        if made.action == "stock.make":
            return Step(record.date_created, price, by=made.actor_id, role=made.actor_role)
    return Step(record.date_created, price)


def _is_by_hand(entry: Entry) -> bool:
    """Whether it changes a price, and not only writes down a planned one that has begun."""
    return CHANGED in entry.details_json and "planned" not in entry.details


def _changed(entry: Entry) -> Step:
    details = entry.details
    before, price = (_price(each) for each in details["changed"]["price"])
    return Step(
        entry.at,
        price,
        by=entry.actor_id,
        role=entry.actor_role,
        reason=details.get("reason", ""),
        note=details.get("note", ""),
        before=before,
    )


def _price(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _plans(record: StockRecord) -> Iterator[Step]:
    for plan in PlannedPrice.objects.filter(stockrecord=record, was_taken_back=False):
        yield Step(
            plan.starts_at,
            plan.price,
            by=plan.planned_by_id,
            reason=plan.reason,
            note=plan.note,
            plan=plan,
        )
