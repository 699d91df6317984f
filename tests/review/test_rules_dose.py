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
from tests.review.cases import BLOCK, ITEM, NOTE, QUERY, TODAY, found, wish


@pytest.mark.parametrize(
    ("units_a_day", "profile", "expected"),
    [
        ("8", "demo", {}),
        ("8.5", "demo", {"daily-dose-high-baclofen": QUERY}),
        ("12", "demo", {"daily-dose-high-baclofen": QUERY}),
        ("12.5", "demo", {"daily-dose-very-high-baclofen": BLOCK}),
        ("10", "GB", {}),
        ("10.5", "GB", {"daily-dose-high-baclofen": QUERY}),
        ("8.5", "US", {"daily-dose-high-baclofen": QUERY}),
        ("7.5", "DE", {}),
        ("8", "DE", {"daily-dose-high-baclofen": QUERY}),
        (None, "demo", {"daily-dose-unknown-baclofen": QUERY}),
    ],
)
def test_the_daily_dose(
    units_a_day: str | None, profile: str, expected: dict[str, Severity]
) -> None:
    dose = None if units_a_day is None else Fraction(units_a_day)
    where = {"GB": "GB", "US": "US", "DE": "DE"}.get(profile, "AU")

    seen = found(
        item={"units_a_day": dose},
        profile=profile,
        country=where,
        authorised_in={(1, mg(10)): frozenset({where})},
    )

    assert seen == expected


def test_the_dose_of_two_strengths_is_added() -> None:
    both = (
        replace(ITEM, units_a_day=Fraction(3)),
        replace(ITEM, strength=mg(25), units_a_day=Fraction("2.5")),
    )

    seen = found(paper={"items": both}, last_supplies={1: LastSupply(TODAY, Mass.of(0, "mg"))})

    assert seen["daily-dose-high-baclofen"] == QUERY


def test_a_part_of_the_dose_that_is_not_known_makes_all_of_it_unknown() -> None:
    both = (ITEM, replace(ITEM, strength=mg(25), units_a_day=None))

    assert found(paper={"items": both})["daily-dose-unknown-baclofen"] == QUERY


def test_25_mg_as_a_first_supply_is_blocked_and_later_not() -> None:
    first = {"item": {"strength": mg(25)}, "ordered": (wish(25, 60),)}
    before = datetime.date(2026, 11, 3)

    assert found(**first)["first-supply-strength-25mg"] == BLOCK
    assert found(**first, last_supplies={1: LastSupply(before, Mass.of(1500, "mg"))}) == {}


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
        ({"medicine": ""}, "no-limits-1", BLOCK),
        ({"medicine": "methocarbamol"}, "no-limits-methocarbamol", BLOCK),
    ],
)
def test_an_item(item: dict[str, Any], key: str, severity: Severity) -> None:
    assert found(item=item)[key] == severity


def test_what_is_ordered_and_not_prescribed() -> None:
    seen = found(ordered=(wish(25, 60),))

    assert seen == {"not-prescribed-25mg": QUERY}


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        # 600 mg at 30 mg a day last 20 days; 85 % of that is 17.
        (16, {"early-repeat": QUERY}),
        (17, {}),
        (20, {}),
        (21, {"late-repeat": QUERY}),
    ],
)
def test_early_and_late(days_ago: int, expected: dict[str, Severity]) -> None:
    last = LastSupply(TODAY - datetime.timedelta(days=days_ago), Mass.of(600, "mg"))

    assert found(last_supplies={1: last}) == expected


@pytest.mark.parametrize(("days_ago", "early"), [(14, {"early-repeat": QUERY}), (15, {})])
def test_three_quarters_are_enough_elsewhere(days_ago: int, early: dict[str, Severity]) -> None:
    last = LastSupply(TODAY - datetime.timedelta(days=days_ago), Mass.of(600, "mg"))

    assert found(last_supplies={1: last}, profile="AU") == early


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
        (2, {"arrival-late": QUERY, "supply-gap": QUERY}),
        (-1, {"arrival-late": QUERY, "supply-gap": QUERY}),
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

    assert seen["daily-dose-rate-baclofen"] == QUERY
    assert seen["repeat-unknown"] == QUERY
    assert not seen.keys() & {"daily-dose-high-baclofen", "daily-dose-very-high-baclofen"}


def test_a_first_supply_of_a_rate_counts_as_a_high_one() -> None:
    weak = {"egfr": 55.0}

    assert found(item=PATCH, answers=weak)["kidneys-low"] == QUERY
    assert found(answers=weak, item={"units_a_day": Fraction(1)})["kidneys-low"] == NOTE


def test_doses_are_compared_to_the_last_microgram() -> None:
    """80 mg is asked about by nobody; a hundredth of a tablet more is."""
    assert found(item={"units_a_day": Fraction(8)}) == {}
    more = Fraction(8) + Fraction(1, 10_000)
    assert found(item={"units_a_day": more}) == {"daily-dose-high-baclofen": QUERY}
