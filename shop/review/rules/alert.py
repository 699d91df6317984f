"""What a rule finds, and how serious it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Severity(TextChoices):
    """What an alert asks of the pharmacist."""

    BLOCK = "block", _("Must not be supplied")
    QUERY = "query", _("To be settled first")
    NOTE = "note", _("To be seen")


R = TypeVar("R")
# What the rules find, by name: all of it, and what belongs to the legal check.
RULE_NAMES: set[str] = set()
LEGAL: set[str] = set()


def clinical(*names: str) -> Callable[[R], R]:
    """A rule of the clinical check, which may find these."""
    RULE_NAMES.update(names)
    return lambda rule: rule


def legal(*names: str) -> Callable[[R], R]:
    """A rule of the legal check, which may find these."""
    LEGAL.update(names)
    return clinical(*names)


@dataclass(frozen=True)
class Alert:
    """One finding: its rule, what it says, where the rule comes from.

    ``about`` tells two findings of one rule apart; ``medicine`` is of which it speaks, as pages call
    it. A block that is not liftable cannot be approved;
    another one can once the prescriber has confirmed it (CLN-8).
    """

    rule: str
    severity: Severity
    title: str
    source: str
    about: str = ""
    medicine: str = ""
    is_liftable: bool = False

    def __post_init__(self) -> None:
        if self.rule not in RULE_NAMES:
            raise ValueError(f"there is no rule “{self.rule}”")

    @property
    def key(self) -> str:
        """Its name among the findings on one prescription."""
        return f"{self.rule}-{self.about}" if self.about else self.rule

    @property
    def text(self) -> str:
        """What it says, and of which medicine."""
        return f"{self.medicine}: {self.title}" if self.medicine else self.title

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
            "medicine": self.medicine,
            "severity": str(self.severity),
            "title": self.title,
            "source": self.source,
            "is_liftable": self.is_liftable,
        }
