"""When each answer was given, and how long it counts before it has to be given again."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from shop.datafiles import Positive, held_to, read_file
from shop.patients.answers import ASKED_EACH_TIME, QUESTIONS, Answers

# Answers that are one: they are dated, confirmed and changed together, under the first one's name.
TOGETHER = (
    ("address", "country", "state", "postcode"),
    ("egfr", "egfr_on"),
    ("other_medicines", "takes_nothing_else"),
)
NEVER_OLD = ("date_of_birth", "sex_at_birth")


def _question(name: str) -> str:
    if name not in QUESTIONS:
        raise ValueError(f"there is no question “{name}”")
    return name


Question = Annotated[str, AfterValidator(_question)]


@dataclass(frozen=True)
class Freshness:
    """What the file beside this module says."""

    days: Positive
    quick_days: Positive
    quick: tuple[Question, ...]

    def __post_init__(self) -> None:
        if self.quick_days > self.days:
            raise ValueError("what changes quickly cannot count for longer")

    def days_counted(self, question: str) -> int:
        """For how many days an answer counts."""
        return self.quick_days if question in self.quick else self.days


def read(path: Path) -> Freshness:
    """The file. Raises FilesInvalid."""
    return held_to(Freshness, read_file(path))


RULES = read(Path(__file__).with_suffix(".yaml"))


def _names_by_question() -> dict[str, tuple[str, ...]]:
    followers = {name for names in TOGETHER for name in names[1:]}
    alone = {name: (name,) for name in QUESTIONS if name not in followers}
    return alone | {names[0]: names for names in TOGETHER}


NAMES_BY_QUESTION = _names_by_question()


def old_answers(answers: Answers, *, day: datetime.date) -> dict[str, datetime.date]:
    """The questions whose answers have to be given again, with the day they were given."""
    old = {}
    for question, names in NAMES_BY_QUESTION.items():
        given = [answers.dates[name] for name in names if answers.is_given(name)]
        if not given or question in (*NEVER_OLD, *ASKED_EACH_TIME):
            continue
        if min(given) < day - datetime.timedelta(days=RULES.days_counted(question)):
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
