"""How old an answer may be, and what is dated when it is given again."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from shop.patients.answers import Answers
from shop.patients.freshness import dated, old_answers
from tests.conftest import patient_answers

TODAY = datetime.date(2026, 11, 23)
LONG_AGO = datetime.date(2020, 1, 1)


def given(*, days_ago: int, **answers: Any) -> Answers:
    day = TODAY - datetime.timedelta(days=days_ago)
    return Answers(**answers, dates=dict.fromkeys(answers, day))


@pytest.mark.parametrize(
    ("days_ago", "answers", "old"),
    [
        (180, {"allergies": "nuts"}, []),
        (181, {"allergies": "nuts"}, ["allergies"]),
        (90, {"kidney_problems": "no"}, []),
        (91, {"kidney_problems": "no"}, ["kidney_problems"]),
        (91, {"pregnancy": "no"}, ["pregnancy"]),
        (91, {"takes_nothing_else": True}, ["other_medicines"]),
        (91, {"allergies": "nuts"}, []),
        (9999, {"date_of_birth": LONG_AGO}, []),
        (9999, {"sex_at_birth": "male"}, []),
        (9999, {"phone": ""}, []),
    ],
)
def test_an_answer_is_old_after_its_days(
    days_ago: int, answers: dict[str, Any], old: list[str]
) -> None:
    assert list(old_answers(given(days_ago=days_ago, **answers), day=TODAY)) == old


def test_answers_that_belong_together_are_as_old_as_the_oldest() -> None:
    answers = Answers(
        address="3 Sample Lane", postcode="2000", dates={"address": TODAY, "postcode": LONG_AGO}
    )

    assert old_answers(answers, day=TODAY) == {"address": LONG_AGO}


def test_only_what_changed_or_was_confirmed_gets_a_new_day(db: None) -> None:
    before = patient_answers(dates={"allergies": LONG_AGO, "alcohol": LONG_AGO, "phone": LONG_AGO})
    now = patient_answers(allergies="nuts", dates=before.dates)

    today = timezone.localdate()
    dates = dated(now, before=before, confirmed={"alcohol"}, day=today).dates

    assert (dates["allergies"], dates["alcohol"]) == (today, today)
    assert dates["epilepsy"] == before.dates["epilepsy"]
    assert "phone" not in dates


def test_a_new_medicine_dates_the_whole_list() -> None:
    before = given(days_ago=200, takes_nothing_else=True)

    now = dated(Answers(other_medicines="aspirin"), before=before, confirmed=(), day=TODAY)

    assert now.dates == {"other_medicines": TODAY}
