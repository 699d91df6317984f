"""The jurisdiction profiles: each loads, none contradicts itself, and the demonstration is strict."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from shop.datafiles import FilesInvalid
from shop.jurisdictions import checks, loading
from shop.jurisdictions.profile import (
    AccuracyCheck,
    Authenticity,
    BothChecks,
    Checkers,
    Profile,
    Value,
    add_months,
)
from shop.review.forms.checks import LegalForm

NAMES = loading.profile_names()
REFERENCE = ("GB", "US", "AU")


def test_the_demonstration_and_what_it_is_held_against_are_there() -> None:
    assert {"demo", "DE", "AT", *REFERENCE} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_profile_loads_and_every_value_says_where_it_was_read(name: str) -> None:
    profile = loading.load(name)

    assert profile.name == name
    assert len(profile.digest) == 64
    own = [each for each in vars(profile).values() if isinstance(each, Value)]
    assert len(own) == 11
    for value in (*own, *vars(profile.retention_years).values()):
        assert value.sources
        assert value.cited.endswith(f"[{value.mark}]")


def test_the_ways_of_proof_are_those_of_the_desk() -> None:
    field: Any = LegalForm({}, accepted=Authenticity.values).fields["authenticity"]

    assert {value for value, _label in field.choices} == {"", *Authenticity.values}


@pytest.mark.parametrize("name", REFERENCE)
def test_the_demonstration_is_at_least_as_strict(name: str) -> None:
    demo, other = loading.load("demo"), loading.load(name)
    day = datetime.date(2026, 3, 31)

    assert set(demo.accepted_authenticity.value) <= set(other.accepted_authenticity.value)
    assert demo.last_day_of(day) <= other.last_day_of(day)
    assert demo.needs_indelible.value >= other.needs_indelible.value
    assert demo.supplies_without_number.value <= other.supplies_without_number.value
    assert demo.repeat_after_percent.value >= other.repeat_after_percent.value
    order = list(BothChecks)
    assert order.index(demo.both_checks.value) >= order.index(other.both_checks.value)
    strict = list(AccuracyCheck), list(Checkers)
    assert strict[0].index(demo.accuracy_check.value) >= strict[0].index(other.accuracy_check.value)
    assert demo.accuracy_pause_minutes.value >= other.accuracy_pause_minutes.value
    assert strict[1].index(demo.accuracy_checked_by.value) >= strict[1].index(
        other.accuracy_checked_by.value
    )
    if other.label.value.is_on:
        assert set(demo.label.value.fields) >= set(other.label.value.fields)
    assert demo.repeat_margin_days.value <= other.repeat_margin_days.value
    for kind, years in vars(other.retention_years).items():
        assert getattr(demo.retention_years, kind).value >= years.value


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
    ("before", "after", "line", "problem"),
    [
        ("name: GB\n", "", 2, "“name” is missing"),
        ("name: GB", "name: GB\nname: GB", 3, "“name” stands here twice"),
        ("name: GB", "name: [GB", 3, "not YAML"),
        ("countries: [GB]", "countries: [Britain]", 4, "“Britain” cannot be “countries”"),
        ("countries: [GB]", "countries: []", 4, "cannot be “countries”"),
        ("title: Great Britain", "titel: Great Britain", 3, "“titel” is not a known entry"),
        ("[original_received, e_", "[seen, e_", 5, "“seen” is not one of original_received, "),
        ("[original_received, e_prescription_verified]", "[]", 5, "cannot be “accepted_auth"),
        ("ived, e_prescription_verified", "ived, original_received", 5, "same value stands here"),
        ("{months: 6}", "{months: 0}", 6, "“months” must be a whole number, 1 or more"),
        ("{months: 6}", "{weeks: 6}", 6, "“weeks” is not a known entry"),
        ("{months: 6}", "{}", 6, "a period is so many months, or so many days"),
        ("{months: 6}", "{months: 6, days: 1}", 6, "a period is so many months, or so many days"),
        ("mark: VM", "mark: X", 12, "“X” is not one of V, VM, OK"),
        ("value: true, sources: [HMR-217]", "value: true, sources: [U99]", 7, "“U99” is not a"),
        ("value: true, sources: [HMR-217]", "value: true, sources: []", 7, "“sources” must be a"),
        ("value: true, sources: [HMR-217], mark: V", "value: true, mark: V", 7, "“sources” is mi"),
        ("value: true", "value: maybe", 7, "“maybe” is neither true nor false"),
        ("value: true", "value: 1", 7, "“1” is neither true nor false"),
        ("value: true", "valeu: true", 7, "“valeu” is not a known entry"),
        (
            "without_number: {value: 2",
            "without_number: {value: -1",
            8,
            "“supplies_without_number” must",
        ),
        (
            "without_number: {value: 2",
            "without_number: {value: yes",
            8,
            "“supplies_without_number” must",
        ),
        (
            "percent: {value: 75",
            "percent: {value: 101",
            9,
            "“101” cannot be “repeat_after_percent”",
        ),
        ("  register:", "  registers:", 13, "“registers” is not a known entry"),
        ("  register:", "  registers:", 12, "“register” is missing"),
        ("both_checks: {value: at_once", "both_checks: {value: never", 15, "“never” is not one of"),
        ("retention_years:", "digest: abc\nretention_years:", 11, "“digest” is not a known entry"),
    ],
)
def test_a_wrong_profile_is_refused_with_file_line_and_key(
    before: str, after: str, line: int, problem: str, tmp_path: Path
) -> None:
    text = (loading.FOLDER / "GB.yaml").read_text()
    assert before in text
    path = tmp_path / "GB.yaml"
    path.write_text(text.replace(before, after))

    with pytest.raises(FilesInvalid) as refused:
        loading.read(path)

    found = map(str, refused.value.problems)
    assert any(each.startswith(f"GB.yaml:{line}: ") and problem in each for each in found), str(
        refused.value
    )


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "XX.yaml"
    path.write_text("- a list")

    with pytest.raises(FilesInvalid, match="must be a mapping"):
        loading.read(path)


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


@pytest.mark.parametrize(
    ("zone", "is_asked"), [("UTC", True), ("Europe/Berlin", True), ("Australia/Sydney", False)]
)
def test_a_pharmacy_reckons_in_a_zone_of_its_own_country(
    zone: str, settings: Settings, *, is_asked: bool
) -> None:
    settings.IS_DEMO, settings.JURISDICTION, settings.TIME_ZONE = False, "AU", zone

    told = checks.check_time_zone()

    assert [each.id for each in told] == ["jurisdictions.W001"] * is_asked
    assert all("Australia/Perth" in str(each.hint) for each in told)
