"""The rules about the patient at their limits; what nobody knows is an alert, never silence."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest

from shop.review.rules.alert import Severity
from tests.conftest import mg
from tests.review.cases import BLOCK, NOTE, QUERY
from tests.review.cases import found as found_by_key

NEW: dict[str, Any] = {"said": {"taking": "new"}, "last_supplies": {}}


def found(**changes: Any) -> dict[str, Severity]:
    """The findings by name."""
    return {key.removesuffix("-baclofen"): each for key, each in found_by_key(**changes).items()}


@pytest.mark.parametrize(
    ("egfr", "expected"),
    [
        (60.0, {}),
        (59.9, {"kidneys-45-59": NOTE}),
        (45.0, {"kidneys-45-59": NOTE}),
        (44.9, {"kidneys-30-44": QUERY}),
        (30.0, {"kidneys-30-44": QUERY}),
        (29.9, {"kidneys-below-30": BLOCK}),
        (14.9, {"kidneys-below-30": BLOCK}),
        (0.0, {"kidneys-below-30": BLOCK}),
    ],
)
def test_the_kidneys(egfr: float, expected: dict[str, Severity]) -> None:
    assert found(answers={"egfr": egfr}) == expected


@pytest.mark.parametrize(
    ("egfr", "units_a_day", "name", "severity"),
    [
        (50.0, Fraction("1.9"), "kidneys-45-59", NOTE),
        (50.0, Fraction(2), "kidneys-45-59", QUERY),
        (50.0, None, "kidneys-45-59", QUERY),
        (44.0, Fraction(1), "kidneys-30-44", QUERY),
    ],
)
def test_a_new_start_with_weak_kidneys(
    egfr: float, units_a_day: Fraction | None, name: str, severity: Severity
) -> None:
    seen = found(answers={"egfr": egfr}, item={"units_a_day": units_a_day}, **NEW)

    assert seen[name] == severity


@pytest.mark.parametrize(
    ("egfr", "name"), [(14.9, "kidneys-end-stage"), (15.0, "kidneys-below-30")]
)
def test_end_stage_kidneys_have_their_own_words_in_germany(egfr: float, name: str) -> None:
    seen = found(answers={"egfr": egfr}, country="DE", authorised_in={(1, mg(10)): {"DE"}})

    assert seen == {name: BLOCK}


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
    ("born", "expected"),
    [
        (datetime.date(2008, 11, 24), {"child": QUERY, "child-weight-unknown": QUERY}),
        (datetime.date(2008, 11, 23), {}),
        (datetime.date(1961, 11, 24), {}),
        (datetime.date(1961, 11, 23), {"age-older": NOTE}),
    ],
)
def test_the_age(born: datetime.date, expected: dict[str, Severity]) -> None:
    seen = found(answers={"date_of_birth": born}, paper={"date_of_birth": born})

    assert seen == expected


def test_born_on_a_leap_day() -> None:
    born = datetime.date(2008, 2, 29)
    same = {"answers": {"date_of_birth": born}, "paper": {"date_of_birth": born}}

    before = found(**same, today=datetime.date(2026, 2, 28))
    after = found(**same, today=datetime.date(2026, 3, 1))

    assert "child" in before
    assert "child" not in after


def test_an_age_nobody_knows() -> None:
    seen = found(answers={"date_of_birth": None}, paper={"date_of_birth": None})

    assert seen["age-unknown"] == QUERY


@pytest.mark.parametrize(
    ("answers", "key", "severity"),
    [
        ({"pregnancy": "pregnant"}, "pregnancy", QUERY),
        ({"pregnancy": "planned"}, "pregnancy", QUERY),
        ({"pregnancy": "breastfeeding"}, "breastfeeding", QUERY),
        ({"pregnancy": ""}, "pregnancy-unknown", NOTE),
        ({"epilepsy": "yes"}, "epilepsy", QUERY),
        ({"epilepsy": "unsure"}, "epilepsy-unknown", QUERY),
        ({"epilepsy": ""}, "epilepsy-unknown", QUERY),
        ({"ulcer": "active"}, "ulcer-active", QUERY),
        ({"ulcer": "unsure"}, "ulcer-unknown", QUERY),
        ({"ulcer": ""}, "ulcer-unknown", QUERY),
        ({"takes_nothing_else": False}, "medicines-unclear", QUERY),
        ({"allergies": "", "conditions": ""}, "conditions-unknown", NOTE),
    ],
)
def test_what_the_patient_said(answers: dict[str, Any], key: str, severity: Severity) -> None:
    assert found(answers=answers) == {key: severity}


def test_a_man_is_not_asked_about_pregnancy() -> None:
    assert found(answers={"pregnancy": "", "sex_at_birth": "male"}) == {}


@pytest.mark.parametrize(
    ("country", "epilepsy", "ulcer"),
    [("GB", QUERY, BLOCK), ("US", QUERY, QUERY), ("DE", BLOCK, QUERY), ("AT", BLOCK, QUERY)],
)
def test_what_is_blocked_depends_on_where_it_goes(
    country: str, epilepsy: Severity, ulcer: Severity
) -> None:
    seen = found(answers={"epilepsy": "yes", "ulcer": "active"}, country=country)

    assert (seen["epilepsy"], seen["ulcer-active"]) == (epilepsy, ulcer)
