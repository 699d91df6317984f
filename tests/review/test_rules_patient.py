"""The rules about the patient; what nobody knows is an alert, never silence."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from shop.review.rules.alert import Severity
from tests.conftest import mg
from tests.review.cases import BLOCK, NOTE, QUERY, found


@pytest.mark.parametrize(
    ("egfr", "expected"),
    [
        (60.0, {}),
        (59.9, {"kidneys-low": QUERY}),
        (45.0, {"kidneys-low": QUERY}),
        (44.9, {"kidneys-low": QUERY}),
        (30.0, {"kidneys-low": QUERY}),
        (29.9, {"kidneys-very-low": BLOCK}),
        (14.9, {"kidneys-very-low": BLOCK}),
        (0.0, {"kidneys-very-low": BLOCK}),
    ],
)
def test_the_kidneys(egfr: float, expected: dict[str, Severity]) -> None:
    assert found(answers={"egfr": egfr}) == expected


@pytest.mark.parametrize(
    ("egfr", "units_a_day", "severity"),
    [
        (50.0, Decimal("1.9"), NOTE),
        (50.0, Decimal(2), QUERY),
        (50.0, None, QUERY),
        (44.0, Decimal(1), QUERY),
    ],
)
def test_a_new_start_with_weak_kidneys(
    egfr: float, units_a_day: Decimal | None, severity: Severity
) -> None:
    seen = found(answers={"egfr": egfr}, item={"units_a_day": units_a_day})

    assert seen["kidneys-low"] == severity


def test_end_stage_kidneys_are_blocked_for_good_in_germany() -> None:
    seen = found(
        answers={"egfr": 14.0}, profile="DE", country="DE", authorised_in={(1, mg(10)): {"DE"}}
    )

    assert seen == {"end_stage_kidneys": BLOCK}


@pytest.mark.parametrize(
    ("answers", "key", "severity"),
    [
        ({"egfr": None}, "kidneys-not-measured", NOTE),
        ({"egfr": None, "kidney_problems": "yes"}, "kidneys-unknown", BLOCK),
        ({"egfr": None, "kidney_problems": "unsure"}, "kidneys-unknown", BLOCK),
        ({"egfr": None, "kidney_problems": ""}, "kidneys-unknown", BLOCK),
        (
            {"egfr": None, "date_of_birth": datetime.date(1961, 11, 23)},
            "kidneys-unknown",
            BLOCK,
        ),
        (
            {"egfr": None, "date_of_birth": datetime.date(1961, 11, 24)},
            "kidneys-not-measured",
            NOTE,
        ),
        ({"egfr_on": datetime.date(2025, 11, 22)}, "kidneys-not-measured", NOTE),
        ({"egfr_on": None}, "kidneys-not-measured", NOTE),
    ],
)
def test_kidneys_that_nobody_measured(
    answers: dict[str, Any], key: str, severity: Severity
) -> None:
    assert found(answers=answers)[key] == severity


def test_a_value_of_a_year_ago_to_the_day_counts() -> None:
    assert found(answers={"egfr_on": datetime.date(2025, 11, 23)}) == {}


@pytest.mark.parametrize(
    ("born", "key"),
    [
        (datetime.date(2008, 11, 24), "age-young"),
        (datetime.date(2008, 11, 23), None),
        (datetime.date(1961, 11, 24), None),
        (datetime.date(1961, 11, 23), "age-old"),
    ],
)
def test_the_age(born: datetime.date, key: str | None) -> None:
    seen = found(answers={"date_of_birth": born}, paper={"date_of_birth": born})

    assert seen == ({key: QUERY} if key else {})


def test_born_on_a_leap_day() -> None:
    born = datetime.date(2008, 2, 29)
    same = {"answers": {"date_of_birth": born}, "paper": {"date_of_birth": born}}

    before = found(**same, today=datetime.date(2026, 2, 28))
    after = found(**same, today=datetime.date(2026, 3, 1))

    assert "age-young" in before
    assert "age-young" not in after


def test_an_age_nobody_knows() -> None:
    seen = found(answers={"date_of_birth": None}, paper={"date_of_birth": None})

    assert seen["age-unknown"] == QUERY


@pytest.mark.parametrize(
    ("answers", "key", "severity"),
    [
        ({"pregnancy": "pregnant"}, "pregnancy", QUERY),
        ({"pregnancy": "planned"}, "pregnancy", QUERY),
        ({"pregnancy": "breastfeeding"}, "pregnancy", QUERY),
        ({"pregnancy": ""}, "pregnancy-unknown", NOTE),
        ({"epilepsy": "yes"}, "epilepsy", QUERY),
        ({"epilepsy": "unsure"}, "epilepsy-unknown", QUERY),
        ({"epilepsy": ""}, "epilepsy-unknown", QUERY),
        ({"stomach_ulcer": "yes"}, "stomach_ulcer", BLOCK),
        ({"stomach_ulcer": "unsure"}, "stomach_ulcer-unknown", QUERY),
        ({"stomach_ulcer": ""}, "stomach_ulcer-unknown", QUERY),
        ({"takes_nothing_else": False}, "medicines-unknown", QUERY),
        ({"allergies": "", "conditions": ""}, "conditions-unknown", NOTE),
    ],
)
def test_what_the_patient_said(answers: dict[str, Any], key: str, severity: Severity) -> None:
    assert found(answers=answers) == {key: severity}


def test_a_man_is_not_asked_about_pregnancy() -> None:
    assert found(answers={"pregnancy": "", "sex_at_birth": "male"}) == {}


@pytest.mark.parametrize(
    ("profile", "epilepsy", "ulcer"),
    [("GB", QUERY, BLOCK), ("US", QUERY, QUERY), ("DE", BLOCK, QUERY), ("AT", BLOCK, QUERY)],
)
def test_what_is_blocked_depends_on_the_jurisdiction(
    profile: str, epilepsy: Severity, ulcer: Severity
) -> None:
    seen = found(answers={"epilepsy": "yes", "stomach_ulcer": "yes"}, profile=profile)

    assert (seen["epilepsy"], seen["stomach_ulcer"]) == (epilepsy, ulcer)
