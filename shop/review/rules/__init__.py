"""The rules a prescription is held against: pure functions of a case, each with its source."""

from __future__ import annotations

from dataclasses import replace

from shop.review.rules import changed, dose, medicines, paper, patient, supply
from shop.review.rules.alert import Alert, Severity
from shop.review.rules.case import Case

RULES = (
    *changed.RULES,
    *paper.RULES,
    *dose.RULES,
    *supply.RULES,
    *patient.RULES,
    *medicines.RULES,
)


def alerts_for(case: Case) -> list[Alert]:
    """Everything the rules find, worst first; one finding of each key."""
    found: dict[str, Alert] = {}
    for rule in RULES:
        for alert in rule(case):
            found[alert.key] = _worse(found.get(alert.key, alert), alert)
    liftable = _liftable(case)
    marked = [replace(alert, is_liftable=alert.rule in liftable) for alert in found.values()]
    order = list(Severity)
    return sorted(marked, key=lambda alert: order.index(alert.severity))


def _worse(one: Alert, other: Alert) -> Alert:
    """The more serious of two findings of one key, with all medicines of which they speak."""
    order = list(Severity)
    worse = min(one, other, key=lambda alert: order.index(alert.severity))
    named = dict.fromkeys(each.medicine for each in (one, other) if each.medicine)
    return replace(worse, medicine=", ".join(named))


def _liftable(case: Case) -> set[str]:
    """The rules whose blocks a prescriber may lift for every medicine in the case."""
    lifted = [set(limits.lifted_by_prescriber.value) for limits in case.limits]
    return set.intersection(*lifted) if lifted else set()
