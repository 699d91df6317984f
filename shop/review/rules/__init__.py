"""The rules a prescription is held against: pure functions of a case, each with its source."""

from __future__ import annotations

from dataclasses import replace

from shop.review.rules import changed, destination, medicines, paper, quantity, screened
from shop.review.rules.alert import Alert
from shop.review.rules.case import Case

RULES = (
    *changed.RULES,
    *paper.RULES,
    *destination.RULES,
    *quantity.RULES,
    *screened.RULES,
    *medicines.RULES,
)


def alerts_for(case: Case) -> list[Alert]:
    """Everything the rules find, worst first; one finding of each key."""
    found: dict[str, Alert] = {}
    for rule in RULES:
        for alert in rule(case):
            found[alert.key] = _worse(found.get(alert.key, alert), alert)
    return sorted(found.values(), key=lambda alert: alert.rank)


def _worse(one: Alert, other: Alert) -> Alert:
    """The more serious of two findings of one key, with all medicines of which they speak."""
    named = dict.fromkeys(each.medicine for each in (one, other) if each.medicine)
    worse = min(one, other, key=lambda alert: alert.rank)
    return replace(worse, medicine=", ".join(named))
