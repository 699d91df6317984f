"""The answers by which an alert is settled: one table of what each fits, and what it needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from django.utils.translation import gettext_lazy as _

from shop.review.rules.alert import Alert, Lifter, Severity

ANY = ("*",)
# Fewer letters, or fewer different ones, say nothing that somebody could read back later.
FEWEST_LETTERS, FEWEST_DIFFERENT = 8, 4
# Words that say only that somebody was here.
SAYS_NOTHING = frozenset(
    {
        *("seen", "see", "ok", "okay", "fine", "good", "yes", "no", "none", "na", "n/a", "xx"),
        *("done", "checked", "noted", "looked", "at", "it", "is", "all"),
    }
)
_WORD = re.compile(r"[^\W\d_]+(?:/[^\W\d_]+)?")


@dataclass(frozen=True)
class Outcome:
    """One answer: the alerts it fits, by severity, who lifts them, and rule.

    ``words`` asks for what has to be written with it; empty when the code says all.
    """

    code: str
    label: Any
    severities: tuple[Severity, ...]
    lifters: tuple[Lifter, ...]
    rules: tuple[str, ...] = ANY
    words: Any = ""

    def fits(self, alert: Alert) -> bool:
        return (
            alert.severity in self.severities
            and alert.liftable_by in self.lifters
            and any(fnmatchcase(alert.rule, rule) for rule in self.rules)
        )


QUERY, BLOCK, NOTE = (Severity.QUERY,), (Severity.BLOCK,), (Severity.NOTE,)
SEEN, CONFIRMED, LOWERED, NOT_SUPPLIED = "seen", "confirmed", "lowered", "not_supplied"
EVIDENCE = "evidence"
PHARMACIST = (Lifter.PHARMACIST,)
# What somebody said or left out, so that it can be asked, or shown by something.
NOT_KNOWN = (
    *("*-unknown", "*-unclear", "*-contradict", "answer-changed", "not-recognized", "early"),
    *("late", "swallowing", "allergy-excipient"),
)
OUTCOMES = (
    Outcome(SEEN, _("Seen"), NOTE, PHARMACIST),
    Outcome(
        CONFIRMED,
        _("The prescriber confirmed it"),
        (*QUERY, *BLOCK),
        (Lifter.PRESCRIBER, Lifter.PHARMACIST),
    ),
    Outcome(
        "told",
        _("The patient was told"),
        QUERY,
        PHARMACIST,
        rules=(
            *("interaction", "opioid", "alcohol", "street-drug", "driving", "breastfeeding"),
            *("pregnancy", "age-older", "child", "stroke-*", "epilepsy-fever-fit", "ulcer-*"),
            *("breathing", "mental-illness", "self-harm", "swallowing", "half-tablet", "pump-*"),
            *("allergy-excipient", "doses-a-day", "early", "late", "supply-gap", "arrival-late"),
        ),
        words=_("Write what you told them."),
    ),
    Outcome(
        "asked",
        _("The patient was asked"),
        QUERY,
        PHARMACIST,
        rules=NOT_KNOWN,
        words=_("Write what they answered."),
    ),
    Outcome(
        LOWERED,
        _("Less is supplied than prescribed"),
        QUERY,
        PHARMACIST,
        rules=(
            *("days-of-supply", "early", "self-harm", "mental-illness", "street-drug", "opioid"),
            "alcohol",
        ),
    ),
    Outcome(
        EVIDENCE,
        _("Evidence seen"),
        QUERY,
        PHARMACIST,
        rules=(
            *NOT_KNOWN,
            *("*-evidence", "duplicate", "*-mismatch", "*-incomplete", "identity-changed"),
        ),
        words=_("Write which: what it is, whose, and of when."),
    ),
    Outcome(
        "accepted",
        _("A concern; supplied because …"),
        QUERY,
        PHARMACIST,
        words=_("Write why it is supplied all the same."),
    ),
    Outcome(NOT_SUPPLIED, _("Not supplied"), BLOCK, (Lifter.NOBODY, Lifter.COLLEAGUE)),
)
BY_CODE = {each.code: each for each in OUTCOMES}


def fitting(alert: Alert) -> list[Outcome]:
    """The answers that fit an alert."""
    return [each for each in OUTCOMES if each.fits(alert)]


def says_something(words: str) -> bool:
    """Whether words give a reason that somebody else can read; “seen, x” does not."""
    said = [word for word in _WORD.findall(words.lower()) if word not in SAYS_NOTHING]
    letters = "".join(said)
    return len(letters) >= FEWEST_LETTERS and len(set(letters)) >= FEWEST_DIFFERENT
