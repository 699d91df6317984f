"""Points of the checklist that answers and alerts settle, and those that are the pharmacist's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from catalogue.models import Product
from shop.patients import questions
from shop.prescriptions.models import Prescription
from shop.review.checklist import CLINICAL, Answer, Point
from shop.review.filling import Filled, fill
from shop.review.forms.checks import ClinicalForm
from shop.review.models import Check, Decision
from shop.review.rules import alerts_for
from shop.review.rules.resting import findings
from shop.review.said import NOT_ASKED
from shop.review.work import AlertAnswer
from tests.review.cases import a_case
from tests.review.desk import complete, post

NEVER_OUT = {"dose", "kidneys", "age", "interactions", "first_supply", "supply_gap"}
HEALTHY = {
    **dict.fromkeys(("epilepsy", "stroke", "parkinsons", "mental_illness"), "no"),
    **dict.fromkeys(("self_harm", "breathing", "swallowing", "driving"), "no"),
    "ulcer": "never",
    "alcohol": "never",
    "indication": "multiple_sclerosis",
    "days_left": 10,
}


def filled(*, answered: str = "", said: dict[str, Any] | None = None, **more: Any) -> Any:
    """How the points stand in a case without findings, after these changes."""
    case = a_case(said={**HEALTHY, **(said or {})}, **more)
    alerts = tuple(alerts_for(case))
    answers = {alert.key: AlertAnswer(answered) for alert in alerts if answered}
    return fill(case, alerts, answers)


def test_what_was_answered_settles_its_points_and_says_from_what() -> None:
    found = filled()

    assert {name for name, each in found.items() if each.is_settled} == {
        point.name for point in CLINICAL
    } - {"duplicates", "withdrawal"}
    assert found["stroke"].sources == ("Stroke, bleed in the head: No", "Parkinson’s disease: No")
    assert "One tablet three times a day" in found["dose"].sources[0]


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ("age", {"date_of_birth": None}),
        ("stroke", {"parkinsons": None}),
        ("swallowing", {"swallowing": "unsure"}),
        ("indication", {"indication": ""}),
    ],
)
def test_what_nobody_answered_settles_nothing(point: str, said: dict[str, Any]) -> None:
    found = filled(said=said).get(point)

    assert found is None or not found.is_settled


def test_what_cannot_apply_says_so() -> None:
    assert filled(said={"pregnancy": NOT_ASKED})["pregnancy"] == Filled(
        "settled", ("Pregnancy, breastfeeding: not asked, it cannot apply",)
    )


def test_an_alert_about_a_point_is_answered_first() -> None:
    open_one = filled(said={"driving": "for_work"})["driving"]
    answered = filled(said={"driving": "for_work"}, answered="told")["driving"]

    assert not open_one.is_settled
    assert "Waits for your answer to" in open_one.given[1]
    assert answered.is_settled
    assert "The patient was told" in answered.given[1]


def test_what_stands_on_the_paper_waits_for_it() -> None:
    found = filled(paper={"items": ()})

    assert {name for name, each in found.items() if not each.is_settled} >= {"dose", "first_supply"}


def test_every_point_names_questions_and_findings_that_there_are() -> None:
    names = set(questions.table().names)
    for point in CLINICAL:
        assert {each for one in point.questions for each in one.split("|")} <= names, point.name
        for pattern in point.findings:
            alone = Point(point.name, point.text, findings=(pattern,))
            assert any(alone.is_about(rule) for rule in findings()), pattern


def test_what_is_not_applicable_only_where_that_can_be() -> None:
    out = {point.name for point in CLINICAL if point.may_not_apply}

    assert not out & NEVER_OUT
    for point in CLINICAL:
        codes = [code for code, _label in point.choices]
        assert (Answer.NOT_APPLICABLE in codes) == point.may_not_apply


@pytest.mark.parametrize("point", CLINICAL, ids=lambda each: each.name)
def test_the_form_takes_no_other_answer(point: Point) -> None:
    form = ClinicalForm({f"c_{point.name}": "na"}, filled={})

    assert form.is_valid() == point.may_not_apply


def test_a_point_that_settles_itself_is_not_asked_and_is_kept_with_its_sources(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = complete(held, medicine, c_kidneys="")
    page = post(desk, held, "save", typed)
    assert page.status_code == 302

    for do in ("sign-legal", "sign-clinical", "record"):
        post(desk, held, do, typed)

    kept = Decision.objects.get().frozen["checklist"]
    assert kept["kidneys"][0] == "settled"
    assert "kidney value" in kept["kidneys"][1]
    assert kept["withdrawal"] == ["yes", ""]


def test_nothing_is_signed_while_a_point_waits_for_the_paper(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    item = f"i{medicine.pk}-10mg"
    empty = {f"{item}-{name}": "" for name in ("quantity", "units_a_day", "directions", "repeats")}
    typed = complete(held, medicine, **empty)

    response = post(desk, held, "sign-clinical", typed)

    assert "Waits for what you read on the prescription." in response.content.decode()
    assert not Check.objects.exists()
