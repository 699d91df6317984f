"""The answers that settle an alert: what each fits, and which words say something."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from catalogue.content import files
from shop.prescriptions.authorising import Allowance
from shop.review.models import CheckKind
from shop.review.rules.alert import RULE_NAMES, Alert, Lifter, Severity
from shop.review.rules.outcomes import BY_CODE, OUTCOMES, Outcome, fitting, says_something
from shop.review.rules.screening import screenings_of_all_countries
from shop.review.work import AlertAnswer, Work, alert_problems, lowered_problems
from tests.conftest import mg
from tests.review.cases import BLOCK, NOTE, QUERY, a_case

GRADES = [
    (Severity.QUERY, Lifter.PHARMACIST),
    (Severity.QUERY, Lifter.PRESCRIBER),
    (Severity.BLOCK, Lifter.PRESCRIBER),
    (Severity.BLOCK, Lifter.NOBODY),
    (Severity.NOTE, Lifter.PHARMACIST),
]
REASON = "The neurologist has her on this dose since 2019"


def every_alert() -> Iterator[Alert]:
    """One of each finding that there can be, of each grade that there can be of it."""
    lines = {
        (line.finding, line.severity, line.by)
        for screening in screenings_of_all_countries(files.MEDICINES)
        for line in screening.lines
    }
    named = {
        name
        for screening in screenings_of_all_countries(files.MEDICINES)
        for name in screening.interactions.named.values()
    }
    in_python = {(name, *grade) for name in RULE_NAMES | named for grade in GRADES}
    for rule, severity, lifter in sorted(lines | in_python):
        yield Alert(rule, Severity(severity), "It is so.", "A source", liftable_by=lifter)


ALERTS = list(every_alert())


def codes_for(severity: Severity, lifter: Lifter) -> set[str]:
    alerts = [each for each in ALERTS if (each.severity, each.liftable_by) == (severity, lifter)]
    return {each.code for alert in alerts for each in fitting(alert)}


def work(alert: Alert, code: str, words: str = "", *, confirmed: bool = False) -> Work:
    case = a_case()
    known = frozenset({alert.key} if confirmed else ())
    return Work(case, (alert,), {alert.key: AlertAnswer(code, words)}, confirmed=known)


def problems(*args: str | Alert, confirmed: bool = False) -> list[str]:
    held = work(*args, confirmed=confirmed)  # type: ignore[arg-type]
    return [each.text for kind in CheckKind for each in alert_problems(held, kind)]


@pytest.mark.parametrize(
    ("severity", "lifter", "codes"),
    [
        (BLOCK, Lifter.NOBODY, {"not_supplied"}),
        (BLOCK, Lifter.PRESCRIBER, {"confirmed"}),
        (QUERY, Lifter.PRESCRIBER, {"confirmed"}),
        (NOTE, Lifter.PHARMACIST, {"seen"}),
    ],
)
def test_what_others_settle_has_one_answer(
    severity: Severity, lifter: Lifter, codes: set[str]
) -> None:
    assert codes_for(severity, lifter) == codes


def test_a_pharmacists_query_is_never_only_seen() -> None:
    for alert in ALERTS:
        if (alert.severity, alert.liftable_by) == (QUERY, Lifter.PHARMACIST):
            codes = {each.code for each in fitting(alert)}
            assert {"accepted", "confirmed"} <= codes
            assert not {"seen", "not_supplied"} & codes


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda each: each.code)
def test_every_rule_that_an_answer_names_is_one_it_can_settle(outcome: Outcome) -> None:
    for rule in outcome.rules:
        alone = dataclasses.replace(outcome, rules=(rule,))
        assert any(alone.fits(alert) for alert in ALERTS), rule


@pytest.mark.parametrize("code", BY_CODE)
def test_an_answer_settles_only_what_it_fits(code: str) -> None:
    for alert in ALERTS:
        is_settled = not problems(alert, code, REASON, confirmed=True)
        assert is_settled == (BY_CODE[code].fits(alert) and not alert.is_final), alert


@pytest.mark.parametrize("code", [each.code for each in OUTCOMES if each.words])
@pytest.mark.parametrize(
    "words",
    ["", " ", "x", "seen", "Seen, x", "ok.", "n/a", "Looked at it.", "aaaaaaaaaaa", "12345678"],
)
def test_words_that_say_nothing_are_refused(code: str, words: str) -> None:
    alert = next(
        each
        for each in ALERTS
        if (each.severity, each.liftable_by) == (QUERY, Lifter.PHARMACIST)
        and BY_CODE[code].fits(each)
    )

    assert problems(alert, code, words) == [BY_CODE[code].words]
    assert problems(alert, code, REASON) == []


@pytest.mark.parametrize(
    "words",
    [REASON, "Label of 3 May seen: Rossi pharmacy", "Ärztin hat zugestimmt", "अल्सर ठीक हो चुका है"],
)
def test_words_in_any_language_count(words: str) -> None:
    assert says_something(words)


@pytest.mark.parametrize(
    ("units", "supplies", "is_settled"), [(60, 1, False), (30, 1, True), (61, 1, False)]
)
def test_less_is_supplied_where_the_answer_says_so(
    units: int, supplies: int, *, is_settled: bool
) -> None:
    alert = Alert("early", QUERY, "It is early.", "A source")
    allowed = Allowance(
        medicine_id=1,
        strength=mg(10),
        units_per_supply=units,
        supplies=supplies,
        directions="One",
        units_a_day=None,
    )

    found = list(lowered_problems(work(alert, "lowered"), [allowed]))

    assert bool(found) is not is_settled
    assert not list(lowered_problems(work(alert, "asked", REASON), [allowed]))
