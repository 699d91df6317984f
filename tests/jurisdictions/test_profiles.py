"""The jurisdiction profiles: each loads, none contradicts itself, and the demonstration is strict."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from shop.jurisdictions import checks, loading
from shop.jurisdictions.profile import Profile, add_months
from shop.prescriptions.statuses import Authenticity

NAMES = ("AT", "AU", "DE", "GB", "US", "demo")
REFERENCE = ("GB", "US", "AU")
Stricter = Callable[[Any, Any], bool]


def lower(demo: Any, other: Any) -> bool:
    return demo <= other


def higher(demo: Any, other: Any) -> bool:
    return demo >= other


def fewer(demo: Any, other: Any) -> bool:
    return set(demo) <= set(other)


def more(demo: Any, other: Any) -> bool:
    return set(demo) >= set(other)


# In which direction each value is stricter.
STRICTER_OF_MEDICINE: dict[str, Stricter] = {
    "query_above_mg_a_day": lower,
    "block_above_mg_a_day": lower,
    "not_first_mg": more,
    "blocks": more,
    "age_query_below": higher,
    "age_query_from": lower,
    "egfr_query_below": higher,
    "egfr_always_query_below": higher,
    "egfr_block_below": higher,
    "egfr_end_stage_below": higher,
    "egfr_valid_months": lower,
    "new_start_query_mg": lower,
    "lifted_by_prescriber": fewer,
    "early_below_percent": higher,
    "late_after_days": lower,
    "gap_days": higher,
}
COMPARED_OTHERWISE = {"strengths_mg", "queries"}


def test_these_are_the_profiles() -> None:
    assert tuple(loading.profile_names()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_profile_loads_and_every_value_says_where_it_was_read(name: str) -> None:
    profile = loading.load(name)

    assert profile.name == name
    assert len(profile.digest) == 64
    for value in (
        profile.accepted_authenticity,
        profile.valid_for,
        *profile.retention_years.values(),
        *vars(profile.medicines["baclofen"]).values(),
    ):
        assert value.sources
        assert value.cited.endswith(f"[{value.mark}]")


def test_the_ways_of_proof_are_those_of_the_desk() -> None:
    assert set(loading.AUTHENTICITY) == set(Authenticity.values)


@pytest.mark.parametrize("name", REFERENCE)
def test_the_demonstration_is_at_least_as_strict(name: str) -> None:
    demo, other = loading.load("demo"), loading.load(name)
    ours, theirs = demo.medicines["baclofen"], other.medicines["baclofen"]
    day = datetime.date(2026, 3, 31)

    assert fewer(demo.accepted_authenticity.value, other.accepted_authenticity.value)
    assert demo.last_day_of(day) <= other.last_day_of(day)
    assert demo.needs_indelible.value >= other.needs_indelible.value
    assert demo.supplies_without_number.value <= other.supplies_without_number.value
    for kind, years in other.retention_years.items():
        assert demo.retention_years[kind].value >= years.value
    for key, is_stricter in STRICTER_OF_MEDICINE.items():
        assert is_stricter(getattr(ours, key).value, getattr(theirs, key).value), key
    for strength in ours.strengths_mg.value:
        for country in other.countries:
            assert theirs.supplies(strength, country=country) or not ours.supplies(
                strength, country=country
            )


def test_every_value_of_a_medicine_is_compared() -> None:
    assert set(loading.OF_MEDICINE) == set(STRICTER_OF_MEDICINE) | COMPARED_OTHERWISE


@pytest.mark.parametrize(
    ("strength", "country", "supplied"),
    [
        (10, "US", "yes"),
        (25, "US", "no"),
        (25, "GB", "no"),
        (25, "AU", "yes"),
        (5, "AU", "no"),
    ],
)
def test_a_strength_goes_only_where_it_is_authorised(
    strength: int, country: str, supplied: str
) -> None:
    limits = loading.load("demo").medicines["baclofen"]

    assert limits.supplies(strength, country=country) is (supplied == "yes")


@pytest.mark.parametrize(
    ("name", "issued_on", "last_day"),
    [
        ("GB", datetime.date(2026, 1, 15), datetime.date(2026, 7, 15)),
        ("GB", datetime.date(2025, 8, 31), datetime.date(2026, 2, 28)),
        ("GB", datetime.date(2027, 8, 31), datetime.date(2028, 2, 29)),
        ("US", datetime.date(2024, 2, 29), datetime.date(2025, 2, 28)),
        ("DE", datetime.date(2028, 2, 1), datetime.date(2028, 2, 29)),
    ],
)
def test_the_last_day_of_a_prescription(
    name: str, issued_on: datetime.date, last_day: datetime.date
) -> None:
    assert loading.load(name).last_day_of(issued_on) == last_day


def test_months_pass_the_end_of_the_year() -> None:
    assert add_months(datetime.date(2026, 12, 31), 2) == datetime.date(2027, 2, 28)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("name: GB\n", "", "GB.yaml: name: is missing"),
        ("name: GB", "name: GB\nname: GB", "“name” stands here twice"),
        ("name: GB", "name: [GB", "GB.yaml: not YAML"),
        ("countries: [GB]", "countries: [Britain]", "GB.yaml: countries: must be a list"),
        ("title: Great Britain", "titel: Great Britain", "GB.yaml: titel: is not a known key"),
        ("[original_received, e_", "[seen, e_", "GB.yaml: accepted_authenticity: “['seen'"),
        ("{months: 6}", "{months: 0}", "GB.yaml: valid_for: “{'months': 0}” cannot be its value"),
        ("{months: 6}", "{weeks: 6}", "GB.yaml: valid_for:"),
        ("mark: VM", "mark: X", "“X” is not one of V, VM, OK"),
        ("sources: [U16]", "sources: [U99]", "query_above_mg_a_day: “U99” is not in sources.yaml"),
        ("sources: [U16]", "sources: []", "query_above_mg_a_day: “sources” must be a list"),
        ("sources: [U16], mark: V", "sources: [U16]", "query_above_mg_a_day: needs “value”"),
        ("value: 100,", "value: 121,", "medicines.baclofen: the dose that is queried is above"),
        ("value: 100,", "value: -1,", "query_above_mg_a_day: “-1” cannot be its value"),
        ("value: 100,", "value: yes,", "query_above_mg_a_day: “True” cannot be its value"),
        ("[stomach_ulcer]", "[stomach_ulcer, epilepsy]", "blocks and queries name the same"),
        ("[stomach_ulcer]", "[]", "every condition must be blocked or queried"),
        ("[stomach_ulcer]", "[toothache]", "blocks: “['toothache']” cannot be its value"),
        ("age_query_below: {value: 18", "age_query_below: {value: 70", "the age limits overlap"),
        ("egfr_block_below: {value: 30", "egfr_block_below: {value: 70", "not in order"),
        ("5: anywhere", "5: nowhere", "strengths_mg:"),
        ("gap_days:", "gap_day:", "GB.yaml: medicines.baclofen.gap_day: is not a known key"),
        ("[daily-dose-very-high,", "[stomach_ulcer,", "is lifted as well"),
    ],
)
def test_a_wrong_profile_is_refused_with_file_and_key(
    before: str, after: str, problem: str, tmp_path: Path
) -> None:
    text = (loading.FOLDER / "GB.yaml").read_text()
    assert before in text
    path = tmp_path / "GB.yaml"
    path.write_text(text.replace(before, after))

    with pytest.raises(loading.ProfileInvalid) as refused:
        loading.read(path, loading.FOLDER / loading.SOURCES)

    assert problem in str(refused.value)


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "XX.yaml"
    path.write_text("- a list")

    with pytest.raises(loading.ProfileInvalid, match="must be a mapping"):
        loading.read(path, loading.FOLDER / loading.SOURCES)


def test_a_shop_with_an_unknown_jurisdiction_does_not_start(settings: Settings) -> None:
    settings.JURISDICTION = "XX"

    found = [check.id for check in run_checks()]

    assert "jurisdictions.E001" in found


@pytest.mark.parametrize(("name", "problems"), [("demo", 1), ("GB", 0)])
def test_a_real_pharmacy_chooses_its_jurisdiction(
    name: str, problems: int, settings: Settings
) -> None:
    settings.IS_DEMO, settings.JURISDICTION = False, name

    assert len(checks.check_profile_is_chosen()) == problems


def test_a_demonstration_need_not_choose(settings: Settings) -> None:
    settings.IS_DEMO = True

    assert checks.check_profile_is_chosen() == []


def test_two_profiles_are_different_rules() -> None:
    seen: list[Profile] = [loading.load(name) for name in NAMES]

    assert len({profile.digest for profile in seen}) == len(NAMES)
