"""What a decision was signed on, read from what was frozen with it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices

from shop.prescriptions.models import Prescription
from shop.review.both_checks import words_for
from shop.review.care import Counselling, FollowUp, Letter
from shop.review.forms.care import CareForm
from shop.review.models import DecisionKind
from shop.review.rules.alert import Severity
from shop.review.rules.outcomes import BY_CODE

CODES: dict[str, type[TextChoices]] = {
    "counselling": Counselling,
    "follow_up": FollowUp,
    "letter": Letter,
}


@dataclass(frozen=True)
class Settled:
    """An alert as it was found, and what was answered."""

    severity: Severity
    text: str
    answer: str
    words: str


@dataclass(frozen=True)
class Grounds:
    """What the last decision that approved or refused was signed on."""

    alerts: list[Settled]
    between_checks: str
    care: list[str]
    letter: str


def grounds_of(prescription: Prescription) -> Grounds | None:
    """None while nothing was approved or refused."""
    decided = prescription.decisions.exclude(kind=DecisionKind.ASKED).last()
    if decided is None:
        return None
    alerts = [_settled(row) for row in decided.frozen["alerts"]]
    care = decided.frozen.get("care", {})
    between = _between(decided.frozen.get("between_checks"))
    return Grounds(alerts, between, list(_care(care)), care.get("letter_text", ""))


def _care(kept: dict[str, str]) -> Iterator[str]:
    """What went with a first supply, in words."""
    for name, codes in CODES.items():
        if kept.get(name):
            yield f"{CareForm.base_fields[name].label}: {codes(kept[name]).label}"
    if kept.get("why"):
        yield kept["why"]


def _between(kept: dict[str, Any] | None) -> str:
    if not kept:
        return ""
    apart = datetime.timedelta(seconds=kept["seconds"])
    return words_for(apart, is_one_person=kept["is_one_person"])


def _settled(row: dict[str, Any]) -> Settled:
    medicine, answer = row.get("medicine"), row["answer"]
    return Settled(
        severity=Severity(row["severity"]),
        text=f"{medicine}: {row['title']}" if medicine else row["title"],
        answer=answer.get("label") or _label_of(answer["outcome"]),
        words="; ".join(filter(None, [answer["note"], answer.get("shown")])),
    )


def _label_of(code: str) -> str:
    """What was frozen before the wording was kept with the code."""
    return str(BY_CODE[code].label) if code else ""
