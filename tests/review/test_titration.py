"""A dose that is raised step by step is transcribed as steps, shown, and counted down to its end."""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client

from catalogue.amounts import DoseForm, Mass, Strength
from catalogue.models import Product
from shop.prescriptions.models import Prescription
from shop.review.desk.dose import HEIGHT, doses_of, plot_of
from shop.review.forms.transcription import ItemForm
from shop.review.rules.case import LastSupply
from shop.review.rules.view import View
from shop.review.transcription import Step
from tests.review.cases import ITEM, LAST, TODAY, a_case
from tests.review.desk import address_of, approve_at_the_desk, post, transcription

LADDER = (Step(Fraction(5), 3, 3), Step(Fraction(10), 3, 3), Step(Fraction(15), 3, 24))
TYPED = "5x3x3, 10 x 3 x 3,15×3×24"


def typed(
    text: str, strength: Strength = ITEM.strength, form: DoseForm = DoseForm.TABLET
) -> ItemForm:
    item = replace(ITEM, strength=strength, form=form)
    read = ItemForm({f"i1-{strength.slug}-ladder": text}, item=item)
    read.is_valid()
    return read


def test_steps_are_read() -> None:
    assert typed(TYPED).item().ladder == LADDER
    assert typed("").item().ladder == ()
    assert typed("2.5x1x7").item().ladder == (Step(Fraction("2.5"), 1, 7),)


@pytest.mark.parametrize(
    "text",
    ["5x3", "5x3x0", "x3x3", "5 three times", "0x3x3", "5x3x3;10x3x3", "9999x3x3", "5x3x3," * 21],
)
def test_what_is_no_step_is_said(text: str) -> None:
    form = typed(text)

    assert "ladder" in form.errors
    assert form.item().ladder == ()


def test_a_rate_has_no_steps() -> None:
    assert "ladder" not in typed("5x3x3", Strength("12 ug/h"), DoseForm.PATCH).fields


def test_the_highest_step_is_the_daily_dose_and_the_mean_counts_it_down() -> None:
    item = replace(ITEM, ladder=LADDER, units_a_day=None, quantity=121)

    assert (item.mg_a_day, item.first_mg_a_day) == (45, 15)
    assert item.units_of_ladder == Fraction("121.5")
    assert item.days == 30
    assert item.units_a_day_on_average == Fraction("121.5") / 30
    assert item.is_prescribed


def laddered(**changes: Any) -> Any:
    return a_case(item={"ladder": LADDER, "units_a_day": None, "quantity": 122, **changes})


def test_the_desk_says_what_it_comes_to_and_what_the_texts_say() -> None:
    (dose,) = doses_of(laddered())

    rows = dict(dose.rows)
    assert rows["10 mg"] == (
        "15 mg a day (3 × 5 mg) for 3 days; 30 mg a day (3 × 10 mg) for 3 days; "
        "45 mg a day (3 × 15 mg) for 24 days"
    )
    assert rows["Lasts"] == "30 days in one supply, 30 in all (1 supply)"
    assert rows["Start"] == "15 mg a day [V]"
    assert rows["At most here"] == "100 mg a day [OK]"


def test_the_kidneys_are_said_beside_it() -> None:
    (dose,) = doses_of(a_case(answers={"egfr": 50.0}))

    assert any("halves the dose" in words for words, _source in dose.notes)


def test_the_plot_goes_from_the_first_supply_over_every_step() -> None:
    before = LastSupply(TODAY - datetime.timedelta(days=60), Mass.of(1200, "mg"), Mass.of(30, "mg"))
    case = replace(laddered(), supplies={1: (before, LAST)})

    plot = plot_of(View(case, case.screened[0]))

    assert plot is not None
    assert plot.first_day == before.on
    assert plot.last_day == TODAY + datetime.timedelta(days=30)
    assert [bar.is_past for bar in plot.bars] == [True, True, False, False, False]
    heights = [bar.height for bar in plot.bars]
    assert heights[0] == heights[1] == heights[3] < heights[4]
    assert all(0 <= bar.y <= HEIGHT for bar in plot.bars)
    assert plot.limit is not None
    assert plot.limit < min(bar.y for bar in plot.bars)
    assert plot.bars[2].words == "15 mg a day from 23 Nov 2026 to 26 Nov 2026"


def test_without_a_dose_nothing_is_drawn() -> None:
    case = a_case(item={"units_a_day": None})

    assert plot_of(View(case, case.screened[0])) is None


def steps(medicine: Product) -> dict[str, str]:
    item, allowed = f"i{medicine.pk}-10mg", f"m{medicine.pk}-10mg"
    return {
        f"{item}-ladder": "10x3x8, 15x3x8",
        f"{item}-units_a_day": "",
        f"{item}-directions": "One three times a day for 8 days, then one and a half three times a day",
        f"{allowed}-directions": "One three times a day for 8 days, then one and a half",
    }


def test_it_is_typed_shown_and_approved(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    post(desk, held, "save", {**transcription(medicine), **steps(medicine)})

    page = desk.get(address_of(held)).content.decode()
    assert "30 mg a day (3 × 10 mg) for 8 days; 45 mg a day (3 × 15 mg) for 8 days" in page
    assert '<svg class="plot"' in page
    assert 'value="10x3x8, 15x3x8"' in page


def test_a_supply_of_steps_ends_with_the_last_step(
    desk: Client, prescription: Prescription, medicine: Product
) -> None:
    approve_at_the_desk(desk, prescription, medicine, **steps(medicine))

    authorisation = prescription.authorisations.get()
    assert authorisation.units_a_day == Fraction("3.75")
