"""The pharmacy's questions and the answers to them, as people read them."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shop import days
from shop.patients import questions
from shop.patients.answers import Answers, names_of


def label_of(name: str) -> str:
    """What is asked; a question that stands in the table no more is called by its name."""
    table = questions.table()
    if name not in table:
        return name
    return _(table.called(name).label).replace(questions.DOSES, _("the medicine"))


def short_of(name: str) -> str:
    """What the desk calls it."""
    table = questions.table()
    return _(table.called(name).short) if name in table else name


def in_words(name: str, value: Any) -> str:
    """What was answered to it."""
    if value in {"", None}:
        return _("not said")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    table = questions.table()
    if name not in table:
        return str(value)
    question = table.called(name)
    if question.kind == "date":
        return date_format(datetime.date.fromisoformat(value), "j F Y")
    return _(question.options[value]) if value in question.options else str(value)


@dataclass(frozen=True)
class InWords:
    """A question with what was answered to it, as the desk, the decision and the download have it.

    ``value`` is the answer in plain JSON, ``is_current`` whether it was given to today's wording.
    """

    name: str
    topic: str
    label: str
    asked: str
    value: Any
    answer: str
    version: int
    on: datetime.date | None
    is_given: bool
    is_current: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def described(answers: Answers, *, medicines: Collection[str]) -> list[InWords]:
    """Every question that these medicines ask, answered or not, and every other that was answered.

    A tick that stands in for an answer, such as “not known”, is told only where it was set.
    """
    asked = questions.table().asked_for(medicines, answered=answers.values)
    stand_ins = {each.or_tick for each in asked}
    names = [
        name
        for name in names_of(answers)
        if answers.is_given(name) or (name in asked and name not in stand_ins)
    ]
    return [_described(name, answers) for name in names]


def _described(name: str, answers: Answers) -> InWords:
    table = questions.table()
    question = table.called(name) if name in table else None
    age = answers.age_on(days.at_pharmacy())
    is_given = answers.is_given(name)
    is_asked = is_given or (question is not None and question.can_apply(answers.values, age=age))
    version = answers.versions.get(name, 0)
    return InWords(
        name=name,
        topic=question.topic if question else "",
        label=short_of(name),
        asked=label_of(name),
        value=answers.values.get(name, ""),
        answer=in_words(name, answers.values.get(name, "")) if is_asked else _("not asked"),
        version=version,
        on=answers.dates.get(name),
        is_given=is_given,
        is_current=question is not None and version == question.version,
    )
