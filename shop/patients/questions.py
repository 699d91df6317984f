"""The one table of questions: those common to all beside this module, a medicine's own in its folder.

Form, freshness, drafts, desk, comparison, frozen decision, download and closing read it
(docs/adr/0037-one-table-of-questions.md).
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from catalogue.content.files import MEDICINES
from shop.datafiles import (
    Count,
    FilesInvalid,
    Positive,
    Problem,
    Row,
    Text,
    held_to,
    place_of,
    read_file,
)

COMMON = Path(__file__).with_suffix(".yaml")
# In a medicine's folder; its other entries are the review's.
SCREENING = "screening.yaml"
UNSURE = "unsure"
# As long as the age is not known, what is asked of grown-ups only is asked.
GROWN_UP = 30
# Where a label says in which units the medicine is counted: "tablets".
DOSES = "{doses}"

Kind = Literal[
    "choice",
    "number",
    "count",
    "date",
    "line",
    "text",
    "tick",
    "country",
    "state",
    "postcode",
    "phone",
]
NamesToCodes = dict[Text, tuple[Text, ...]]


def _name(name: str) -> str:
    if not (name.isascii() and name.isidentifier() and name == name.lower()):
        raise ValueError(f"“{name}” is no name: small letters, digits and “_”")
    if name in {"dates", "versions"}:
        raise ValueError(f"“{name}” is kept beside the answers")
    return name


Name = Annotated[Text, AfterValidator(_name)]


@dataclass(frozen=True, kw_only=True)
class Topic:
    """Questions that fold together; ``none`` is the button that says no to all still empty."""

    name: Name
    title: Text
    help: str = ""
    none: str = ""


@dataclass(frozen=True, kw_only=True)
class Was:
    """The question before it had this name, and what its codes count as now."""

    name: Name
    codes: dict[Text, Text] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question.

    ``keeps`` is for how many days an answer counts; "always", or "each time" when none is kept. It is
    asked of those whose age in years lies in ``ages``, where each answer of ``only_if`` and no answer
    of ``unless`` is among those named. ``together`` names the question whose answer it is a part of,
    ``or_tick`` the tick that may stand in for an answer, ``writes`` what a tick writes there,
    ``none`` the code that the topic's button sets. ``people_only`` is why no rule reads it.
    """

    name: Name
    label: Text
    kind: Kind
    topic: Name
    keeps: Positive | Literal["always", "each time"]
    version: Positive = 1
    help: str = ""
    desk: str = ""
    options: dict[Text, Text] = field(default_factory=dict)
    none: str = ""
    is_optional: bool = False
    is_first_silent: bool = False
    missing: str = ""
    wrong: str = ""
    ahead: str = ""
    autocomplete: str = ""
    least: Count = 0
    most: Count = 0
    ages: tuple[Count, Count] | None = None
    only_if: NamesToCodes = field(default_factory=dict)
    unless: NamesToCodes = field(default_factory=dict)
    together: str = ""
    or_tick: str = ""
    writes: str = ""
    help_lines: bool = False
    was: Was | None = None
    people_only: str = ""
    # The folder of the medicines that ask it; none is common to all.
    medicines: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if (self.kind == "choice") != bool(self.options):
            raise ValueError("a choice, and nothing else, has options")
        if self.options and UNSURE not in self.options:
            raise ValueError(f"“{UNSURE}” must be one of the options")
        if self.none and self.none not in self.options:
            raise ValueError(f"“{self.none}” is none of its options")

    @property
    def is_each_time(self) -> bool:
        return self.keeps == "each time"

    @property
    def short(self) -> str:
        """What the desk calls it."""
        return self.desk or self.label

    def can_apply(self, values: Mapping[str, Any], *, age: int | None) -> bool:
        """Whether nothing that was said yet shows that it need not be asked."""
        years = GROWN_UP if age is None else age
        if self.ages and not self.ages[0] <= years <= self.ages[1]:
            return False
        if any(values.get(name) in codes for name, codes in self.unless.items()):
            return False
        return all(values.get(name) in {*codes, None, ""} for name, codes in self.only_if.items())

    def applies(self, values: Mapping[str, Any], *, age: int | None) -> bool:
        """Whether it has to be answered: `can_apply`, and what it hangs on was answered."""
        said = all(values.get(name) for name in self.only_if) and not (self.ages and age is None)
        return said and self.can_apply(values, age=age)


@dataclass(frozen=True)
class Table:
    """The questions in the order in which they are asked."""

    topics: tuple[Topic, ...]
    questions: tuple[Question, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.questions)

    def called(self, name: str) -> Question:
        """Raises KeyError."""
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    @cached_property
    def _by_name(self) -> dict[str, Question]:
        return {each.name: each for each in self.questions}

    @property
    def each_time(self) -> frozenset[str]:
        """Asked with each prescription, and kept with it alone."""
        return frozenset(each.name for each in self if each.is_each_time)

    def parts_of(self, question: Question) -> tuple[str, ...]:
        """The answers that are dated, confirmed and changed as one: its own first."""
        parts = (each.name for each in self if each.together == question.name)
        return (question.name, *parts)

    @property
    def whole(self) -> tuple[Question, ...]:
        """The questions that are no part of another."""
        return tuple(each for each in self if not each.together)

    def asked_for(self, medicines: Collection[str], *, answered: Collection[str] = ()) -> Table:
        """The common ones, and those of these medicines and of any whose questions were answered."""
        known = {
            folder
            for each in self
            if each.name in answered and len(each.medicines) == 1
            for folder in each.medicines
        }
        wanted = known | set(medicines)
        kept = (each for each in self if not each.medicines or wanted & set(each.medicines))
        return replace(self, questions=tuple(kept))

    def under(self, topic: Topic) -> tuple[Question, ...]:
        return tuple(each for each in self if each.topic == topic.name)

    def without(self, names: Collection[str]) -> Table:
        return replace(self, questions=tuple(each for each in self if each.name not in names))


@dataclass(frozen=True)
class _Common:
    topics: tuple[Topic, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class _Own:
    questions: tuple[Question, ...]


@cache
def table() -> Table:
    """All questions there are. Raises FilesInvalid."""
    return read(COMMON, MEDICINES)


def read(common: Path, medicines: Path) -> Table:
    """The table from the common file and the folders of the medicines. Raises FilesInvalid."""
    rows = read_file(common)
    held = held_to(_Common, rows)
    found: list[tuple[Question, Row, int]] = [
        (question, rows, number) for number, question in enumerate(held.questions)
    ]
    for path in sorted(medicines.glob(f"*/{SCREENING}")):
        found += _own(path)
    _refuse_clashes(found)
    order = {topic.name: number for number, topic in enumerate(held.topics)}
    _refuse_unknown(found, order)
    shared = _shared(question for question, _rows, _number in found)
    return Table(held.topics, tuple(sorted(shared, key=lambda each: order[each.topic])))


def _own(path: Path) -> Iterator[tuple[Question, Row, int]]:
    folder = path.parent.name
    rows = read_file(path, name=f"{folder}/{path.name}")
    own = Row(rows.place)
    for key in rows.keys() & {"questions"}:
        own.put(key, rows[key], rows.places[key])
    for number, question in enumerate(held_to(_Own, own).questions):
        yield replace(question, medicines=(folder,)), own, number


def _refuse_clashes(found: Iterable[tuple[Question, Row, int]]) -> None:
    """A name stands for one question, word for word; two medicines may share it."""
    known: dict[str, Question] = {}
    problems = []
    for question, rows, number in found:
        other = known.setdefault(question.name, question)
        is_shared = question.medicines and other.medicines != question.medicines
        if other is not question and (other != question or not is_shared or not other.medicines):
            place = place_of(rows, ("questions", number))
            whose = " and ".join(other.medicines) or "all medicines"
            problems.append(Problem(*place, f"“{question.name}” is a question of {whose} already"))
    if problems:
        raise FilesInvalid(problems)


def _shared(found: Iterable[Question]) -> list[Question]:
    """Each question once, with all medicines that ask it."""
    once: dict[str, Question] = {}
    for question in found:
        before = once.get(question.name)
        folders = (*before.medicines, *question.medicines) if before else question.medicines
        once[question.name] = replace(question, medicines=folders)
    return list(once.values())


def _refuse_unknown(found: list[tuple[Question, Row, int]], topics: Collection[str]) -> None:
    """What a question names is there."""
    names = {question.name: question for question, _rows, _number in found}
    problems = [
        Problem(*place_of(rows, ("questions", number)), reason)
        for question, rows, number in found
        for reason in _unknown(question, names, topics)
    ]
    if problems:
        raise FilesInvalid(problems)


def _unknown(
    question: Question, names: Mapping[str, Question], topics: Collection[str]
) -> Iterator[str]:
    if question.topic not in topics:
        yield f"there is no topic “{question.topic}”"
    for name in filter(None, (question.together, question.or_tick)):
        if name not in names:
            yield f"there is no question “{name}”"
    for name, codes in (*question.only_if.items(), *question.unless.items()):
        if name not in names:
            yield f"there is no question “{name}”"
        elif unknown := set(codes) - names[name].options.keys():
            yield f"“{name}” has no answer {', '.join(sorted(unknown))}"


def age_on(day: datetime.date, *, born: datetime.date | None) -> int | None:
    """Whole years."""
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
