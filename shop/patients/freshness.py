"""When each answer was given, and how long it counts before it has to be given again."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from shop.patients import questions
from shop.patients.answers import Answers, names_of


def old_answers(answers: Answers, *, day: datetime.date) -> dict[str, datetime.date]:
    """The questions whose answers have to be given again, with the day they were given.

    An answer is old after its days, or when the question has another version since.
    """
    old = {}
    table = questions.table()
    for question in table.whole:
        given = [name for name in table.parts_of(question) if answers.is_given(name)]
        if not given or question.is_each_time:
            continue
        said = min(answers.dates[name] for name in given)
        is_outworded = any(answers.versions[name] < table.called(name).version for name in given)
        if is_outworded or is_over(question, said, day=day):
            old[question.name] = said
    return old


def is_over(question: questions.Question, said: datetime.date, *, day: datetime.date) -> bool:
    """Whether an answer of that day has to be given again."""
    keeps = question.keeps
    return isinstance(keeps, int) and said < day - datetime.timedelta(days=keeps)


def is_same(question: questions.Question, given: Answers, before: Answers) -> bool:
    """Whether nothing about this question has changed."""
    return all(given[name] == before[name] for name in questions.table().parts_of(question))


def dated(
    given: Answers, *, before: Answers, confirmed: Collection[str], day: datetime.date
) -> Answers:
    """The answers, each of ``day`` when it was changed or confirmed, else of the day it had."""
    dates, versions = {}, {}
    table = questions.table()
    for question in table.whole:
        stays = is_same(question, given, before) and question.name not in confirmed
        for name in filter(given.is_given, table.parts_of(question)):
            dates[name] = before.dates[name] if stays else day
            versions[name] = before.versions[name] if stays else table.called(name).version
    for name in set(names_of(given)) - set(table.names):
        dates[name], versions[name] = before.dates.get(name, day), before.versions.get(name, 1)
    return Answers(**given.values, dates=dates, versions=versions)
