"""When each answer was given, and how long it counts before it has to be given again."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.conf import settings

from shop.patients.answers import ASKED_EACH_TIME, QUESTIONS, Answers

# Answers that are one: they are dated, confirmed and changed together, under the first one's name.
TOGETHER = (
    ("address", "postcode", "country"),
    ("egfr", "egfr_on"),
    ("other_medicines", "takes_nothing_else"),
)
NEVER_OLD = ("date_of_birth", "sex_at_birth")
QUICK_TO_CHANGE = ("kidney_problems", "egfr", "pregnancy", "other_medicines")


def _names_by_question() -> dict[str, tuple[str, ...]]:
    followers = {name for names in TOGETHER for name in names[1:]}
    alone = {name: (name,) for name in QUESTIONS if name not in followers}
    return alone | {names[0]: names for names in TOGETHER}


NAMES_BY_QUESTION = _names_by_question()


def days_counted(question: str) -> int:
    """For how many days an answer counts."""
    if question in QUICK_TO_CHANGE:
        return min(settings.PATIENT_QUICK_ANSWER_DAYS, settings.PATIENT_ANSWER_DAYS)
    return settings.PATIENT_ANSWER_DAYS


def old_answers(answers: Answers, *, day: datetime.date) -> dict[str, datetime.date]:
    """The questions whose answers have to be given again, with the day they were given."""
    old = {}
    for question, names in NAMES_BY_QUESTION.items():
        given = [answers.dates[name] for name in names if answers.is_given(name)]
        if not given or question in (*NEVER_OLD, *ASKED_EACH_TIME):
            continue
        if min(given) < day - datetime.timedelta(days=days_counted(question)):
            old[question] = min(given)
    return old


def is_same(question: str, given: Answers, before: Answers) -> bool:
    """Whether nothing about this question has changed."""
    names = NAMES_BY_QUESTION[question]
    return all(getattr(given, name) == getattr(before, name) for name in names)


def dates_of(
    given: Answers, *, before: Answers, confirmed: Collection[str], day: datetime.date
) -> dict[str, datetime.date]:
    """The day of each answer: ``day`` for what was changed or confirmed, else the day it had."""
    dates = {}
    for question, names in NAMES_BY_QUESTION.items():
        stays = is_same(question, given, before) and question not in confirmed
        for name in names:
            if given.is_given(name):
                dates[name] = before.dates[name] if stays else day
    return dates
