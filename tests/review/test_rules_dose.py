"""The rules about dose, strength, country, quantity and time, at their limits."""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from catalogue.amounts import DoseForm, Mass, Strength
from shop.continuity.run_out import KnownFrom, RunOut
from shop.review.rules.alert import Severity
from shop.review.rules.case import LastSupply
from tests.conftest import mg
from tests.review.cases import BLOCK, ITEM, LAST, NOTE, QUERY, TODAY, wish
from tests.review.cases import found as found_by_key

NEW: dict[str, Any] = {"said": {"taking": "new"}, "last_supplies": {}}


def found(**changes: Any) -> dict[str, Severity]:
    """The findings by name."""
    return {key.removesuffix("-baclofen"): each for key, each in found_by_key(**changes).items()}


def taken(mg_a_day: int | str) -> dict[int, LastSupply]:
    """A last supply that ends today, at this dose."""
    dose = Mass.of(Fraction(mg_a_day), "mg")
    days = datetime.timedelta(days=20)
    return {1: LastSupply(TODAY - days, Mass(dose.micrograms * 20), dose)}


@pytest.mark.parametrize(
    ("units_a_day", "country", "expected"),
    [
        ("8", "AU", {}),
        ("10.1", "AU", {"dose-above-maximum": QUERY}),
        ("12", "AU", {"dose-above-maximum": QUERY}),
        ("12.5", "AU", {"dose-above-120": BLOCK}),
        ("10", "GB", {}),
        ("11", "GB", {"dose-above-maximum": QUERY}),
        ("9", "US", {"dose-above-maximum": QUERY}),
        ("7", "DE", {}),
        ("8", "DE", {"dose-above-maximum": QUERY}),
        (None, "AU", {"daily-dose-unknown": QUERY}),
    ],
)
def test_the_daily_dose(
    units_a_day: str | None, country: str, expected: dict[str, Severity]
) -> None:
    dose = None if units_a_day is None else Fraction(units_a_day)
    seen = found(
        item={"units_a_day": dose, "directions": "Some, morning and night: 1-2"},
        country=country,
        authorised_in={(1, mg(10)): frozenset({country})},
        last_supplies=taken(dose * 10 if dose else 30),
    )

    assert {key: each for key, each in seen.items() if key != "half-tablet"} == expected


def test_the_dose_of_two_strengths_is_added() -> None:
    both = (
        replace(ITEM, units_a_day=Fraction(3)),
        replace(ITEM, strength=mg(25), units_a_day=Fraction("2.5")),
    )

    seen = found(paper={"items": both}, country="DE")

    assert seen["dose-above-maximum"] == QUERY


def test_a_part_of_the_dose_that_is_not_known_makes_all_of_it_unknown() -> None:
    both = (ITEM, replace(ITEM, strength=mg(25), units_a_day=None))

    assert found(paper={"items": both})["daily-dose-unknown"] == QUERY


def test_25_mg_as_a_first_supply_is_blocked_and_later_not() -> None:
    first = {
        "item": {"strength": mg(25), "units_a_day": Fraction(2), "directions": "One twice a day"},
        "ordered": (wish(25, 60),),
    }

    assert found(**first, **NEW)["first-strength"] == BLOCK
    assert found(**first, last_supplies=taken(50)) == {}


@pytest.mark.parametrize(
    ("strength", "country", "authorised", "key"),
    [
        (25, "US", {"AU", "US"}, "strength-country-25mg"),
        (25, "AU", {"US"}, "strength-country-25mg"),
        (10, "ZZ", {"AU"}, "strength-country-10mg"),
        (10, "", {"AU"}, "no-country"),
        (5, "AU", set(), "strength-country-5mg"),
    ],
)
def test_where_a_strength_may_not_go(
    strength: int, country: str, authorised: set[str], key: str
) -> None:
    seen = found(
        item={"strength": mg(strength)},
        ordered=(wish(strength, 60),),
        country=country,
        authorised_in={(1, mg(strength)): frozenset(authorised)},
    )

    assert seen[key] == BLOCK


@pytest.mark.parametrize(
    ("ordered", "expected"),
    [
        (60, {}),
        (61, {"quantity-10mg": QUERY}),
        (30, {}),
    ],
)
def test_more_than_prescribed(ordered: int, expected: dict[str, Severity]) -> None:
    assert found(ordered=(wish(10, ordered),)) == expected


@pytest.mark.parametrize(
    ("item", "key", "severity"),
    [
        ({"quantity": None}, "no-quantity-10mg", QUERY),
        ({"directions": ""}, "no-directions-10mg", QUERY),
        ({"has_unnumbered_repeats": True}, "repeats-without-number-10mg", NOTE),
        ({"medicine": ""}, "not-screened-1", BLOCK),
        ({"medicine": "methocarbamol"}, "not-screened-methocarbamol", BLOCK),
    ],
)
def test_an_item(item: dict[str, Any], key: str, severity: Severity) -> None:
    assert found(item=item)[key] == severity


def test_what_is_ordered_and_not_prescribed() -> None:
    seen = found(ordered=(wish(25, 60),))

    assert seen == {"not-prescribed-25mg": QUERY}


@pytest.mark.parametrize(
    ("days_ago", "country", "expected"),
    [
        # 600 mg at 30 mg a day last 20 days; 75 % of that is 15, 85 % is 17.
        (14, "AU", {"early": QUERY}),
        (15, "AU", {}),
        (16, "CH", {"early": QUERY}),
        (17, "CH", {}),
        (20, "AU", {}),
        (21, "AU", {"late": QUERY}),
    ],
)
def test_early_and_late(days_ago: int, country: str, expected: dict[str, Severity]) -> None:
    last = replace(LAST, on=TODAY - datetime.timedelta(days=days_ago))
    where = {"country": country, "authorised_in": {(1, mg(10)): frozenset({country})}}

    assert found(last_supplies={1: last}, **where) == expected


def test_a_supply_is_counted_at_the_dose_it_was_for() -> None:
    """A rise makes nothing late, a fall nothing early."""
    last = replace(LAST, on=TODAY - datetime.timedelta(days=18))

    for units in (4, 2):
        dose = {
            "units_a_day": Fraction(units),
            "directions": f"{units // 2} in the morning, {units // 2} at night",
        }
        assert found(item=dose, last_supplies={1: last}) == {}


def test_a_supply_for_a_dose_nobody_knows_is_counted_at_that_of_the_paper() -> None:
    last = LastSupply(TODAY - datetime.timedelta(days=21), Mass.of(600, "mg"))

    assert found(last_supplies={1: last}) == {"late": QUERY}


def test_a_repeat_of_an_unknown_dose_is_asked_about() -> None:
    seen = found(
        item={"units_a_day": None}, last_supplies={1: LastSupply(TODAY, Mass.of(600, "mg"))}
    )

    assert seen["repeat-unknown"] == QUERY


@pytest.mark.parametrize(
    ("days_left", "expected"),
    [
        (4, {}),
        (3, {"supply-gap": QUERY}),
        (0, {"supply-gap": QUERY}),
        (None, {"days-left-unknown": NOTE}),
    ],
)
def test_days_of_tablets_left(days_left: int | None, expected: dict[str, Severity]) -> None:
    assert found(days_left=days_left) == expected


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        (4, {}),
        (3, {"arrival-late": QUERY}),
        (2, {"supply-gap": QUERY}),
        (-1, {"supply-gap": QUERY}),
    ],
    ids=["on the day it arrives", "the day before", "three days left", "none left"],
)
def test_tablets_that_end_before_the_fastest_delivery(
    last_day: int, expected: dict[str, Severity]
) -> None:
    run_out = RunOut(TODAY + datetime.timedelta(days=last_day), KnownFrom.SUPPLIED)
    arrival = TODAY + datetime.timedelta(days=4)

    # What was said days ago is not what is left today.
    seen = found(days_left=10, run_out=run_out, earliest_arrival=arrival)

    assert seen == expected


PATCH = {"form": DoseForm.PATCH, "strength": Strength("12 ug/h"), "units_a_day": Fraction(1, 3)}


def test_a_rate_is_asked_about_and_never_held_against_a_mass() -> None:
    seen = found(item=PATCH, last_supplies={1: LastSupply(TODAY, None)})

    assert seen["daily-dose-rate"] == QUERY
    assert seen["repeat-unknown"] == QUERY
    assert not seen.keys() & {"dose-above-maximum", "dose-above-120", "half-tablet"}


def test_a_first_supply_of_a_rate_counts_as_a_high_one() -> None:
    weak = {"egfr": 55.0}

    assert found(item=PATCH, answers=weak, **NEW)["kidneys-45-59"] == QUERY
    assert found(answers=weak, item={"units_a_day": Fraction(1)}, **NEW)["kidneys-45-59"] == NOTE


def test_doses_are_compared_to_the_last_microgram() -> None:
    """100 mg is asked about by nobody; a hundredth of a tablet more is."""

    def at(units: Fraction) -> dict[str, Severity]:
        dose = {"units_a_day": units, "directions": "1-2 a day"}
        return found(item=dose, last_supplies=taken(str(units * 10)))

    assert at(Fraction(10)) == {}
    assert "dose-above-maximum" in at(Fraction(10) + Fraction(1, 10_000))
