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
            found.setdefault(alert.key, alert)
    liftable = _liftable(case)
    marked = [replace(alert, is_liftable=alert.rule in liftable) for alert in found.values()]
    order = list(Severity)
    return sorted(marked, key=lambda alert: order.index(alert.severity))


def _liftable(case: Case) -> set[str]:
    """The rules whose blocks a prescriber may lift for every medicine in the case."""
    lifted = [set(limits.lifted_by_prescriber.value) for limits in case.limits]
    return set.intersection(*lifted) if lifted else set()
