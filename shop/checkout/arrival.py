"""What each way of delivery means for what a patient has left."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from shop import days
from shop.continuity.run_out import run_out_of
from shop.continuity.supply_gap import Gap, expected_by, gap_between
from shop.delivery.methods import Delivery, fastest
from shop.prescriptions.models import Prescription


@dataclass(frozen=True)
class Choice:
    """A way of delivery, ordered today, and the gap when it comes too late."""

    method: Delivery
    expected_by: datetime.date
    gap: Gap | None


def choices_of(methods: Iterable[Delivery], prescription: Prescription | None) -> list[Choice]:
    """Each way with the last day it is expected on; without a prescription nobody runs out."""
    run_out = run_out_of(prescription) if prescription else None
    today = days.at_pharmacy()
    choices = []
    for method in methods:
        day = expected_by(method, ordered_on=today)
        gap = gap_between(prescription, run_out, day) if prescription else None
        choices.append(Choice(method, day, gap))
    return choices


def chosen_at_first(choices: list[Choice]) -> Choice:
    """The first that comes in time, or else the fastest: a late one is never chosen unsaid."""
    in_time = (choice for choice in choices if choice.gap is None)
    quickest = min(choices, key=lambda choice: choice.expected_by)
    return next(in_time, quickest)


def gap_of_all(choices: Iterable[Choice]) -> Gap | None:
    """The gap that even the fastest way leaves."""
    return next((each.gap for each in choices if each.method.code == fastest().code), None)
