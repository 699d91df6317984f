"""What a rule finds, and how serious it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Severity(TextChoices):
    """What an alert asks of the pharmacist."""

    BLOCK = "block", _("Must not be supplied")
    QUERY = "query", _("To be settled first")
    NOTE = "note", _("To be seen")


# Every rule there is: those of the legal check, and those of the clinical one.
LEGAL = frozenset(
    {
        "no-signature",
        "no-date",
        "future-date",
        "expired",
        "not-indelible",
        "patient-mismatch",
        "no-patient-name",
        "patient-incomplete",
        "order-mismatch",
        "no-medicine",
        "no-prescriber",
        "prescriber-incomplete",
        "duplicate",
        "unscanned",
        "strength-country",
        "no-country",
        "repeats-without-number",
    }
)


# The conditions of a patient are rules too.
CLINICAL = frozenset(
    {
        "no-limits",
        "daily-dose-unknown",
        "daily-dose-high",
        "daily-dose-very-high",
        "first-supply-strength",
        "not-prescribed",
        "quantity",
        "no-quantity",
        "no-directions",
        "age-unknown",
        "age-young",
        "age-old",
        "kidneys-unknown",
        "kidneys-not-measured",
        "kidneys-low",
        "kidneys-very-low",
        "end_stage_kidneys",
        "pregnancy",
        "pregnancy-unknown",
        "epilepsy",
        "epilepsy-unknown",
        "stomach_ulcer",
        "stomach_ulcer-unknown",
        "repeat-unknown",
        "early-repeat",
        "late-repeat",
        "days-left-unknown",
        "supply-gap",
        "arrival-late",
        "interaction",
        "not-checked",
        "no-content",
        "medicines-unknown",
        "conditions-unknown",
    }
)
RULE_NAMES = LEGAL | CLINICAL


@dataclass(frozen=True)
class Alert:
    """One finding: its rule, what it says, where the rule comes from.

    ``about`` tells two findings of one rule apart. A block that is not liftable cannot be approved;
    another one can once the prescriber has confirmed it (CLN-8).
    """

    rule: str
    severity: Severity
    title: str
    source: str
    about: str = ""
    is_liftable: bool = False

    def __post_init__(self) -> None:
        if self.rule not in RULE_NAMES:
            raise ValueError(f"there is no rule “{self.rule}”")

    @property
    def key(self) -> str:
        """Its name among the findings on one prescription."""
        return f"{self.rule}-{self.about}" if self.about else self.rule

    @property
    def is_legal(self) -> bool:
        return self.rule in LEGAL

    @property
    def is_block(self) -> bool:
        return self.severity == Severity.BLOCK

    @property
    def needs_note(self) -> bool:
        return self.severity != Severity.NOTE

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "about": self.about,
            "severity": str(self.severity),
            "title": self.title,
            "source": self.source,
            "is_liftable": self.is_liftable,
        }
