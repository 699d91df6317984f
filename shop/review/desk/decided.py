"""What a decision was signed on, read from what was frozen with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shop.prescriptions.models import Prescription
from shop.review.models import DecisionKind
from shop.review.rules.alert import Severity
from shop.review.rules.outcomes import BY_CODE


@dataclass(frozen=True)
class Settled:
    """An alert as it was found, and what was answered."""

    severity: Severity
    text: str
    answer: str
    words: str


def settled_with(prescription: Prescription) -> list[Settled]:
    """The alerts of the last decision that approved or refused, and their answers."""
    decided = prescription.decisions.exclude(kind=DecisionKind.ASKED).last()
    return [_settled(row) for row in decided.frozen["alerts"]] if decided else []


def _settled(row: dict[str, Any]) -> Settled:
    medicine, answer = row.get("medicine"), row["answer"]
    return Settled(
        severity=Severity(row["severity"]),
        text=f"{medicine}: {row['title']}" if medicine else row["title"],
        answer=answer.get("label") or _label_of(answer["outcome"]),
        words=answer["note"],
    )


def _label_of(code: str) -> str:
    """What was frozen before the wording was kept with the code."""
    return str(BY_CODE[code].label) if code else ""
