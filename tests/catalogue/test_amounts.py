"""Strengths, masses, counts and prices of a unit: no dose is lost, rounded or mixed up."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.amounts import (
    MICROGRAMS,
    DoseForm,
    Incomparable,
    Mass,
    NotAStrength,
    Strength,
    exactly,
)

FORMS = st.sampled_from(DoseForm)
# What a label may say: up to six places.
AMOUNTS = st.decimals(min_value="0.000001", max_value=999, places=6)
COUNTS = st.integers(min_value=1, max_value=32_767)
PRICES = st.decimals(min_value="0.01", max_value=50_000, places=2)
FRACTIONS = st.fractions(min_value=0, max_value=10_000)


@st.composite
def labels(draw: st.DrawFn) -> tuple[DoseForm, str, Fraction]:
    """A form, a strength as its label has it, and the micrograms in one of what it counts."""
    form = draw(FORMS)
    amount, unit = draw(AMOUNTS), draw(st.sampled_from(sorted(MICROGRAMS)))
    per = draw(st.sampled_from(("", "0.5", "5", "7", "15"))) if form.kind.of in ("mL", "h") else ""
    of = "" if form.kind.of.startswith("{") else f"/{per}{' ' * bool(per)}{form.kind.of}"
    micrograms = Fraction(amount) * MICROGRAMS[unit] / Fraction(per or 1)
    return form, f"{amount:f} {unit}{of}", micrograms


@given(labels())
def test_no_label_loses_any_of_its_dose(label: tuple[DoseForm, str, Fraction]) -> None:
    form, text, micrograms = label

    strength = form.strength(text)

    assert strength.mass.micrograms / strength.per == micrograms
    assert form.fits(strength)


@given(labels())
def test_a_strength_comes_back_from_its_text_and_from_its_words(
    label: tuple[DoseForm, str, Fraction],
) -> None:
    form, text, _micrograms = label

    strength = form.strength(text)

    assert Strength(str(strength)) == strength
    assert form.strength(strength.words) == strength
    assert Strength(json.loads(json.dumps({"strength": strength}))["strength"]) == strength
    assert type(copy.deepcopy(strength)) is Strength


@given(labels(), labels())
def test_two_texts_are_two_strengths(
    one: tuple[DoseForm, str, Fraction], other: tuple[DoseForm, str, Fraction]
) -> None:
    first, second = one[0].strength(one[1]), other[0].strength(other[1])
    is_same = (first.of, first.per, first.mass) == (second.of, second.per, second.mass)

    assert (first == second) is (hash(first) == hash(second)) is is_same


@given(AMOUNTS, st.sampled_from(["g", "mg"]))
def test_a_unit_is_changed_without_a_trace(amount: Decimal, unit: str) -> None:
    smaller = {"g": "mg", "mg": "ug"}[unit]

    assert Mass.of(amount, unit) == Mass.of(Fraction(amount) * 1000, smaller)


@given(labels(), FRACTIONS)
def test_what_units_hold_is_exact(label: tuple[DoseForm, str, Fraction], units: Fraction) -> None:
    form, text, micrograms = label
    strength = form.strength(text)

    if strength.is_rate:
        with pytest.raises(Incomparable):
            strength.mass_in(units)
    else:
        assert strength.mass_in(units).micrograms == micrograms * units


@given(FRACTIONS)
def test_a_number_is_written_exactly(number: Fraction) -> None:
    assert Fraction(exactly(number)) == number


@given(FORMS, PRICES, COUNTS)
def test_a_price_of_a_unit_never_understates_and_is_less_than_a_cent_too_high(
    form: DoseForm, price: Decimal, units: int
) -> None:
    exact = Fraction(price) * form.kind.priced_by / units

    assert exact <= Fraction(form.unit_price(price, units)) < exact + Fraction(1, 100)


@pytest.mark.parametrize(
    ("form", "label", "text", "words", "slug"),
    [
        ("tablet", "10 mg", "10 mg/{tablet}", "10 mg", "10mg"),
        ("tablet", "2.5mg", "2.5 mg/{tablet}", "2.5 mg", "2.5mg"),
        ("tablet", "0.5 mg", "500 ug/{tablet}", "500 micrograms", "500ug"),
        ("tablet", "1 g", "1000 mg/{tablet}", "1000 mg", "1000mg"),
        ("capsule", "1 mcg", "1 ug/{capsule}", "1 microgram", "1ug"),
        ("oral-solution", "5 mg/5 ml", "5 mg/5 mL", "5 mg/5 mL", "5mg-5mL"),
        ("oral-solution", "1 mg/mL", "1 mg/mL", "1 mg/mL", "1mg-mL"),
        ("patch", "12 micrograms/hour", "12 ug/h", "12 micrograms/hour", "12ug-h"),
        ("patch", "12.50 µg/h", "12.5 ug/h", "12.5 micrograms/hour", "12.5ug-h"),
        ("patch", "4.6 mg/24 h", "4.6 mg/24 h", "4.6 mg/24 hours", "4.6mg-24h"),
    ],
)
def test_a_strength_as_it_is_kept_said_and_named(
    form: str, label: str, text: str, words: str, slug: str
) -> None:
    strength = DoseForm(form).strength(label)

    assert (strength, strength.words, strength.slug) == (text, words, slug)


@pytest.mark.parametrize(
    ("form", "label"),
    [
        ("tablet", ""),
        ("tablet", "10"),
        ("tablet", "mg"),
        ("tablet", "0 mg"),
        ("tablet", "-10 mg"),
        ("tablet", "1e1 mg"),
        ("tablet", "１０ mg"),
        ("tablet", "10 kg"),
        ("tablet", "10 mg/5 mL"),
        ("tablet", "10 mg/2"),
        ("tablet", "10 mg/2 tablets"),
        ("tablet", "10 mg/h"),
        ("tablet", "10 mg 20 mg"),
        ("tablet", "10,5 mg"),
        ("tablet", "9999999 g"),
        ("tablet", "10 mg/{capsule}"),
        ("capsule", "5 mg/tablet"),
        ("oral-solution", "5 mg"),
        ("oral-solution", "5 mg/0 mL"),
        ("oral-solution", "5 mg/h"),
        ("patch", "12 micrograms"),
        ("patch", "12 micrograms/5 mL"),
    ],
)
def test_what_is_no_strength_of_the_form_is_refused(form: str, label: str) -> None:
    with pytest.raises(NotAStrength):
        DoseForm(form).strength(label)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "10 mg",
        "010 mg/{tablet}",
        "10.0 mg/{tablet}",
        "10 mg/{tablet} ",
        "10 mg/1 {tablet}",
        "10 mg/2 {tablet}",
        "0 mg/{tablet}",
        "5 mg/0 mL",
        "0.5 mg/{tablet}",
        "1000 ug/{tablet}",
        "1 g/{tablet}",
        "10 mg/{tablet}\n",
        "１０ mg/{tablet}",
    ],
)
def test_no_other_text_is_taken_for_a_strength(text: str) -> None:
    with pytest.raises(NotAStrength):
        Strength(text)


def test_unlike_things_are_never_compared() -> None:
    rate, liquid = Strength("12 ug/h"), Strength("5 mg/5 mL")

    for other in (rate, liquid, "5 mg", 5):
        with pytest.raises((Incomparable, TypeError)):
            assert rate < other
    with pytest.raises(TypeError):
        assert Mass.of(1, "mg") < 5
    with pytest.raises(Incomparable, match="12 micrograms/hour tells no mass"):
        rate.mass_in(3)


def test_strengths_are_sorted_by_what_they_hold() -> None:
    tablet = DoseForm.TABLET
    strengths = [tablet.strength(text) for text in ("100 mg", "25 mg", "900 mcg", "2.5 mg")]

    assert [each.words for each in sorted(strengths, key=lambda each: each.rank)] == [
        "900 micrograms",
        "2.5 mg",
        "25 mg",
        "100 mg",
    ]


@pytest.mark.parametrize(
    ("form", "units", "counted", "price", "unit_price"),
    [
        ("tablet", 1, "1 tablet", "1.00", "$1.00 per tablet"),
        ("tablet", 120, "120 tablets", "61.20", "$0.51 per tablet"),
        ("capsule", 28, "28 capsules", "10.00", "$0.36 per capsule"),
        ("oral-solution", 300, "300 mL", "36.00", "$1.20 per 10 mL"),
        ("oral-suspension", 125, "125 mL", "10.00", "$0.80 per 10 mL"),
        ("patch", 1, "1 patch", "9.99", "$9.99 per patch"),
        ("patch", 5, "5 patches", "9.99", "$2.00 per patch"),
    ],
)
def test_units_and_their_price_in_the_words_of_the_form(
    form: str, units: int, counted: str, price: str, unit_price: str
) -> None:
    dose_form = DoseForm(form)
    told = f"${dose_form.unit_price(Decimal(price), units)} {dose_form.kind.per_price}"

    assert (dose_form.counted(units), told) == (counted, unit_price)


def test_a_unit_before_a_noun_is_singular() -> None:
    form = DoseForm.CAPSULE
    strength = form.strength("0.25 mg")

    assert form.named(strength) == "250 microgram capsules"
    assert form.counted_of(28, strength) == "28 capsules of 250 micrograms"


@pytest.mark.parametrize("form", list(DoseForm))
def test_each_form_has_all_its_words(form: DoseForm) -> None:
    example = form.strength(form.kind.example)

    what = example.words if form.label == form.kind.units else form.named(example)
    assert form.counted_of(2, example) == f"{form.counted(2)} of {what}"
    assert form.named(example) == f"{example.words} {form.label}"
    assert all(str(word) for word in form.kind[2:])
