"""How old an answer may be, and what is dated when it is given again."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from shop.datafiles import FilesInvalid
from shop.patients import freshness
from shop.patients.answers import Answers
from shop.patients.freshness import dates_of, old_answers
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


@pytest.mark.parametrize(
    ("before", "after", "line", "problem"),
    [
        ("days: 180", "days: 30", 3, "what changes quickly cannot count for longer"),
        ("days: 180", "days: soon", 3, "“days” must be a whole number, 1 or more"),
        ("quick_days: 90", "quick_days: 0", 5, "“quick_days” must be a whole number, 1 or more"),
        ("egfr,", "egrf,", 6, "there is no question “egrf”"),
        ("quick:", "quik:", 6, "“quik” is not a known entry"),
    ],
)
def test_days_that_make_no_sense_are_refused_with_file_and_line(
    before: str, after: str, line: int, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "freshness.yaml"
    text = Path(freshness.__file__).with_suffix(".yaml").read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))

    with pytest.raises(FilesInvalid) as refused:
        freshness.read(path)

    assert f"freshness.yaml:{line}: {problem}" in str(refused.value)


def test_answers_that_belong_together_are_as_old_as_the_oldest() -> None:
    answers = Answers(
        address="3 Sample Lane", postcode="2000", dates={"address": TODAY, "postcode": LONG_AGO}
    )

    assert old_answers(answers, day=TODAY) == {"address": LONG_AGO}


def test_only_what_changed_or_was_confirmed_gets_a_new_day(db: None) -> None:
    before = patient_answers(dates={"allergies": LONG_AGO, "alcohol": LONG_AGO, "phone": LONG_AGO})
    now = patient_answers(allergies="nuts", dates=before.dates)

    dates = dates_of(now, before=before, confirmed={"alcohol"}, day=timezone.localdate())

    today = timezone.localdate()
    assert (dates["allergies"], dates["alcohol"]) == (today, today)
    assert dates["epilepsy"] == before.dates["epilepsy"]
    assert "phone" not in dates


def test_a_new_medicine_dates_the_whole_list() -> None:
    before = given(days_ago=200, takes_nothing_else=True)

    dates = dates_of(Answers(other_medicines="aspirin"), before=before, confirmed=(), day=TODAY)

    assert dates == {"other_medicines": TODAY}
