"""What directions come to: a number only where it can be told, and never a guess."""

from __future__ import annotations

from fractions import Fraction

import pytest

from shop.review.directions import read


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("One tablet three times a day", "3"),
        ("Take 1 tablet (10 mg) by mouth 3 times daily as needed for spasms", "3"),
        ("One and a half tablets three times a day", "4.5"),
        ("Half a tablet at night", "0.5"),
        ("Four tablets three times a day and one at night", "13"),
        ("Three tablets in the morning, three at midday, four at night", "10"),
        ("one in the morning and at night", "2"),
        ("1 tds", "3"),
        ("2 bd", "4"),
        ("one tablet every 8 hours", "3"),
        ("One every 3 days", "1/3"),
        ("1 Tablette 5 mg dreimal täglich", "3"),
        ("1 comprimido tres veces al día", "3"),
        ("1 comprimé 3 fois par jour", "3"),
        ("1-0-1", "2"),
        ("1 - 1 - 1 - 2", "5"),
        ("½-0-½", "1"),
        ("3 x 1 Tablette", "3"),
        ("3x2 tgl.", "6"),
    ],
)
def test_a_number_that_can_be_told(text: str, units: str) -> None:
    found = read(text)

    assert found.units_a_day == Fraction(units)
    assert not found.is_unclear


@pytest.mark.parametrize(
    "text",
    [
        "1-2 tablets daily",
        "1 tablet up to 3 times a day when needed",
        "One tablet three times a day for 3 days, then two three times a day",
        "One 5 mg tablet after dialysis or in the evening",
        "1 Tablette dreimal täglich für 3 Tage, dann 2",
    ],
)
def test_a_choice_or_a_change_is_no_number(text: str) -> None:
    found = read(text)

    assert found.units_a_day is None
    assert not found.is_unclear


@pytest.mark.parametrize(
    "text",
    [
        "as directed",
        "One tablet as directed",
        "when needed",
        "1 Tablette bei Bedarf",
        "Three times a day",
        "prn",
    ],
)
def test_without_a_dose_or_without_times_they_are_unclear(text: str) -> None:
    assert read(text).is_unclear


@pytest.mark.parametrize(
    "text", ["½ at night", "Half a tablet at night", "½-0-½", "1.5 tablets daily"]
)
def test_parts_of_a_tablet_are_seen(text: str) -> None:
    assert any(each.denominator > 1 for each in read(text).amounts)
