"""The questions on a page, folded by topic: few at a time, and open where something is to be done."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext, ngettext

from shop.patients.questions import Question, Table, Topic

# A field of a form as the shop draws it (`ShopBoundField`).
Field = Any

# Of one topic, the error summary names no more than these one by one.
MOST_NAMED = 2


@dataclass(frozen=True)
class Asked:
    """A question on the page; ``is_hidden`` when what was said shows that it is not asked."""

    field: Field
    question: Question | None = None
    is_hidden: bool = False

    @property
    def only_if(self) -> str:
        """When it is asked, for the script of the page, as are the next two."""
        return _in_a_line(self.question.only_if) if self.question else ""

    @property
    def unless(self) -> str:
        return _in_a_line(self.question.unless) if self.question else ""

    @property
    def ages(self) -> str:
        return "-".join(map(str, self.question.ages or ())) if self.question else ""


def _in_a_line(rule: Mapping[str, tuple[str, ...]]) -> str:
    return ";".join(f"{name}={','.join(codes)}" for name, codes in rule.items())


@dataclass(frozen=True)
class Fold:
    """A topic on the page; ``said_on`` is the oldest day of an answer that stands in it."""

    topic: Topic
    asked: tuple[Asked, ...]
    said_on: datetime.date | None
    is_open: bool = False

    @property
    def faulty(self) -> list[Field]:
        return [each.field for each in self.asked if each.field.errors]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """For the error summary: what is said, and the control it leads to."""
        faulty = self.faulty
        if len(faulty) <= MOST_NAMED:
            return [problem for each in faulty for problem in problems_of(each)]
        count = ngettext(
            "%(topic)s: %(count)s question to look at",
            "%(topic)s: %(count)s questions to look at",
            len(faulty),
        )
        words = count % {"topic": gettext(self.topic.title), "count": len(faulty)}
        return [(words, faulty[0].first_input_id)]


def problems_of(field: Field) -> list[tuple[str, str]]:
    """What is wrong with a field, and the control that it leads to."""
    return [(error, field.first_input_id) for error in field.named_errors]


def still_to_answer(topic: Topic) -> tuple[str, str]:
    """A topic that nobody has begun to answer, and where it is."""
    words = gettext("Still to answer: %(topic)s") % {"topic": gettext(topic.title)}
    return words, f"fold_{topic.name}"


def folds_of(
    table: Table,
    *,
    field: Callable[[str], Field],
    can_apply: Callable[[Question], bool],
    dates: Mapping[str, datetime.date],
) -> list[Fold]:
    """The topics in which something is asked; open where there is an error, else the first to do.

    Above the first topic stands who answers.
    """

    def fold(topic: Topic) -> Fold:
        asked = [
            Asked(field(each.name), each, is_hidden=not can_apply(each))
            for each in table.under(topic)
        ]
        said = [dates[each.field.name] for each in asked if each.field.name in dates]
        who = [Asked(field("relation"))] if topic == table.topics[0] else []
        return Fold(topic, (*who, *asked), min(said, default=None))

    found = [fold(topic) for topic in table.topics if table.under(topic)]
    todo = [each for each in found if each.faulty] or [each for each in found if _lacks(each)][:1]
    return [replace(each, is_open=each in todo) for each in found]


def _lacks(fold: Fold) -> bool:
    """Whether something that is always asked has no answer yet."""
    return any(each.field.field.required and not each.field.value() for each in fold.asked)
