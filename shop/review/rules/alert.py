"""What a rule finds, how serious it is, and who may lift it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Severity(TextChoices):
    """What an alert asks of the pharmacist; the worst first."""

    BLOCK = "block", _("Must not be supplied")
    QUERY = "query", _("To be settled first")
    NOTE = "note", _("To be seen")


class Lifter(TextChoices):
    """Who may settle or lift an alert; the strictest first (CLN-8)."""

    NOBODY = "nobody", _("Nobody here lifts it")
    COLLEAGUE = "colleague", _("Another pharmacist settles it, by a second look")
    PRESCRIBER = "prescriber", _("The prescriber settles it, by a recorded answer")
    PHARMACIST = "pharmacist", _("You settle it")


R = TypeVar("R")
# What the rules in Python find, by name: all of it, and what belongs to the legal check.
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
    it. ``liftable_by`` empty means nobody for a block, and a pharmacist for the rest.
    """

    rule: str
    severity: Severity
    title: str
    source: str
    about: str = ""
    medicine: str = ""
    liftable_by: str = ""

    def __post_init__(self) -> None:
        if not self.liftable_by:
            lifter = Lifter.NOBODY if self.is_block else Lifter.PHARMACIST
            object.__setattr__(self, "liftable_by", lifter)

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
    def is_final(self) -> bool:
        """Whether nothing that holds it can be approved; a colleague's second look takes it away."""
        return self.liftable_by in {Lifter.NOBODY, Lifter.COLLEAGUE}

    @property
    def needs_prescriber(self) -> bool:
        return self.liftable_by == Lifter.PRESCRIBER

    @property
    def lifter(self) -> str:
        """Who may lift it, in words."""
        return str(Lifter(self.liftable_by).label)

    @property
    def is_note(self) -> bool:
        return self.severity == Severity.NOTE

    @property
    def rank(self) -> tuple[int, int]:
        """The worst comes first."""
        return list(Severity).index(self.severity), list(Lifter).index(Lifter(self.liftable_by))

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "about": self.about,
            "medicine": self.medicine,
            "severity": str(self.severity),
            "title": self.title,
            "source": self.source,
            "liftable_by": str(self.liftable_by),
        }
