"""Every clinical case: what must appear, what must not, how serious, and who may lift it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shop.review.models import CheckKind
from shop.review.rules import alerts_for
from shop.review.rules.alert import Alert, Severity
from shop.review.rules.case import Case
from shop.review.rules.outcomes import CONFIRMED
from shop.review.rules.screened import dose_notes
from shop.review.work import AlertAnswer, Work, alert_problems
from tests.review.adapting import Written, book, case_in, name_of, written

# What is still to be done, or judged otherwise (docs/adr/0038).
OPEN: dict[str, str] = {}
NEVER_SAID = ("safe", "harmless", "without risk", "no risk")


def every_case() -> tuple[Written, ...]:
    """The book, and what was added to it, which stands over the same baseline."""
    more = written("more_cases.yaml", baseline=book("cases.yaml")["baseline"])
    return (*written("cases.yaml"), *more)


def _cases() -> list[Any]:
    return [
        pytest.param(
            each,
            id=each.id,
            marks=[pytest.mark.xfail(strict=True, reason=OPEN[each.id])] if each.id in OPEN else [],
        )
        for each in every_case()
    ]


@pytest.mark.parametrize("case", _cases())
def test_a_case(case: Written) -> None:
    assert wrong_with(case, case_in(case)) == []


def wrong_with(case: Written, held: Case) -> list[str]:
    """Everything in which the findings are not those of the case."""
    facts = case.facts
    found = {name_of(alert, case.medicine): alert for alert in alerts_for(held)}
    notes = [words for one in held.screened for _note, words in dose_notes(held, one)]
    expected = {each["what"]: each for each in facts["expect"]}
    allowed = set(facts["allowed"]) | {"read-this"}
    wrong = [
        f"{name}: {said_of(found.get(name))}, not {each['severity']} {each['liftable_by']}"
        for name, each in expected.items()
        if said_of(found.get(name)) != (each["severity"], each["liftable_by"])
    ]
    for name, alert in found.items():
        is_expected = name in expected or name in allowed
        is_tolerated = alert.severity == Severity.NOTE and not facts.get("near_miss")
        if not (is_expected or is_tolerated):
            wrong.append(f"{name}: unexpected, {alert.title}")
        if any(word in alert.title.casefold() for word in NEVER_SAID):
            wrong.append(f"{name}: says that it is safe: {alert.title}")
    wrong += [f"dose: {name}" for name in wrong_doses(facts, held)]
    wrong += [
        f"not said beside the dose: {words}"
        for words in facts.get("dose_notes", ())
        if not any(words in note for note in notes)
    ]
    wrong += [
        f"must not: {each}"
        for each in facts["must_not"]
        if _is_wrong(each, found, {*expected, *allowed})
    ]
    return wrong + [
        f"{name}: is not lifted"
        for name, each in expected.items()
        if each.get("lifted") and name in found and not _is_lifted(case, found[name])
    ]


def wrong_doses(facts: Mapping[str, Any], case: Case) -> list[str]:
    """Values of the country that are not those of the case."""
    held = {name: each for one in case.screened for name, each in one.doses.items()}
    return [
        name
        for name, (value, mark) in facts.get("doses", {}).items()
        if (held[name].value, held[name].mark) != (value, mark)
    ]


def said_of(alert: Alert | None) -> tuple[str, str] | None:
    return (str(alert.severity), str(alert.liftable_by)) if alert else None


def _is_wrong(unwanted: dict[str, Any], found: dict[str, Alert], expected: set[str]) -> bool:
    """Whether what must not be found was; with a severity, a lifter or words only in that form."""
    if unwanted["what"] == "any":
        return any(
            name not in expected and alert.severity != Severity.NOTE
            for name, alert in found.items()
        )
    alert = found.get(unwanted["what"])
    if alert is None:
        return False
    form = {"severity": str(alert.severity), "liftable_by": str(alert.liftable_by)}
    if any(unwanted.get(key, value) != value for key, value in form.items()):
        return False
    words = unwanted.get("says")
    return words is None or any(word in alert.title.casefold() for word in words)


def _is_lifted(case: Written, alert: Alert) -> bool:
    """Whether the prescriber's recorded word, and nothing less, settles it."""
    work = Work(
        case=case_in(case),
        alerts=(alert,),
        answers={alert.key: AlertAnswer(CONFIRMED)},
    )
    recorded = Work(**{**vars(work), "confirmed": frozenset({alert.key})})
    return bool(list(alert_problems(work, CheckKind.CLINICAL))) and not list(
        alert_problems(recorded, CheckKind.CLINICAL)
    )
