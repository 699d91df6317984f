"""What a patient, or the person who cares for them, has told the pharmacy, and when."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

from shop.patients import questions

ADULT_AGE = 18
EMPTY = ("", None, False)


@dataclass(frozen=True, init=False)
class Answers:
    """The answers to the pharmacy's questions, by the name of the question.

    ``values`` are plain JSON: a text, a code, a number, an ISO date, true; what was not asked or not
    answered is not among them. ``dates`` holds the day on which each was given, ``versions`` the
    version of the question that it answers.
    """

    values: Mapping[str, Any]
    dates: Mapping[str, datetime.date]
    versions: Mapping[str, int]

    def __init__(
        self,
        *,
        dates: Mapping[str, datetime.date] | None = None,
        versions: Mapping[str, int] | None = None,
        **values: Any,
    ) -> None:
        given = {name: _plain(each) for name, each in values.items() if not _is_empty(each)}
        known = versions or {}
        object.__setattr__(self, "values", given)
        object.__setattr__(self, "dates", dict(dates or {}))
        object.__setattr__(
            self, "versions", {name: known.get(name) or _version(name) for name in given}
        )

    def as_json(self) -> dict[str, Any]:
        """For a sealed field: what was answered, to which version of the question, and when."""
        return self.named(self.values)

    def named(self, names: Collection[str]) -> dict[str, Any]:
        """These answers alone, for a sealed field; the value of one that was not given is empty."""
        return {name: self._entry(name) for name in names}

    def _entry(self, name: str) -> dict[str, Any]:
        entry = {"value": self._value(name), "version": self.versions.get(name, 0)}
        return entry | ({"on": self.dates[name].isoformat()} if name in self.dates else {})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `as_json` or `named` wrote, or the shop did before it had versions: name and value."""
        days = data.get("dates", {})
        entries = _as_called_now(
            {name: _read(each, days.get(name)) for name, each in data.items() if name != "dates"}
        )
        dates = {name: entry["on"] for name, entry in entries.items() if entry.get("on")}
        return cls(
            **{name: entry["value"] for name, entry in entries.items()},
            dates={name: datetime.date.fromisoformat(day) for name, day in dates.items()},
            versions={name: entry["version"] for name, entry in entries.items()},
        )

    def but(self, *, dates: Mapping[str, datetime.date] | None = None, **changes: Any) -> Self:
        """These with others in the place of some; an empty one takes the answer away."""
        versions = {name: each for name, each in self.versions.items() if name not in changes}
        days = self.dates if dates is None else dates
        return type(self)(dates=days, versions=versions, **{**self.values, **changes})

    def __getitem__(self, name: str) -> Any:
        """The answer to a question, as plain JSON; empty when it was not given.

        Raises KeyError for what is no question, so that a template comes to the attributes.
        """
        if name not in self.values and name not in questions.table():
            raise KeyError(name)
        return self._value(name)

    def _value(self, name: str) -> Any:
        return self.values.get(name, "")

    def is_given(self, name: str) -> bool:
        """Whether this question was answered at all; an unticked box is no answer."""
        return name in self.values

    def differing(self, other: Answers) -> tuple[str, ...]:
        """The questions that were answered otherwise, in the order in which they are asked."""
        return tuple(
            name for name in names_of(self, other) if self._value(name) != other._value(name)
        )

    @property
    def patient_name(self) -> str:
        return str(self["patient_name"])

    @property
    def date_of_birth(self) -> datetime.date | None:
        return self._day("date_of_birth")

    @property
    def born(self) -> datetime.date | None:
        """The date of birth, for a template, which would read the plain answer under its name."""
        return self.date_of_birth

    @property
    def sex_at_birth(self) -> str:
        return str(self["sex_at_birth"])

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2."""
        return str(self["country"])

    @property
    def egfr(self) -> float | None:
        """The estimated glomerular filtration rate in mL/min/1.73 m²."""
        return self.values.get("egfr")

    @property
    def egfr_on(self) -> datetime.date | None:
        return self._day("egfr_on")

    def _day(self, name: str) -> datetime.date | None:
        return datetime.date.fromisoformat(self[name]) if self[name] else None

    @property
    def where(self) -> str:
        """The address in one line, without the country; street and town come with their own lines."""
        region = " ".join(part for part in (self["state"], self["postcode"]) if part)
        return ", ".join(part for part in (self["address"], region) if part)

    @property
    def medicines_for_check(self) -> str:
        """Medicines and drugs as the checker reads them; an empty list was not answered."""
        named = (str(self["other_medicines"]), str(self["other_drugs_named"]))
        typed = "\n".join(text for text in named if text.strip())
        return "nothing else" if self["takes_nothing_else"] and not typed.strip() else typed

    def to_keep(self) -> Self:
        """What the patient's own record keeps: all but what is asked with each prescription."""
        return self._only(set(self.values) - questions.table().each_time)

    def beside(self, asked: Self) -> Self:
        """These, with what is asked with each prescription as it was answered there."""
        own = self.to_keep()
        alone = asked._only(questions.table().each_time)
        return type(self)(
            dates={**own.dates, **alone.dates},
            versions={**own.versions, **alone.versions},
            **{**own.values, **alone.values},
        )

    def _only(self, names: Collection[str]) -> Self:
        return type(self)(
            dates={name: day for name, day in self.dates.items() if name in names},
            versions=self.versions,
            **{name: each for name, each in self.values.items() if name in names},
        )

    def is_child_on(self, day: datetime.date) -> bool:
        """Whether an adult has to order for the patient."""
        age = self.age_on(day)
        return age is not None and age < ADULT_AGE

    def age_on(self, day: datetime.date) -> int | None:
        """The patient's age in whole years."""
        return questions.age_on(day, born=self.date_of_birth)


def names_of(*answers: Answers) -> tuple[str, ...]:
    """Every question of the table, and after them those answered that stand there no more."""
    given = {name for each in answers for name in each.values}
    known = questions.table().names
    return (*known, *sorted(given - set(known)))


def _version(name: str) -> int:
    """The one that is asked today."""
    table = questions.table()
    return table.called(name).version if name in table else 1


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _is_empty(value: Any) -> bool:
    return any(value is empty for empty in EMPTY[1:]) or value == ""


def _read(entry: Any, day: str | None) -> dict[str, Any]:
    return entry if isinstance(entry, dict) else {"value": entry, "version": 1, "on": day}


def _as_called_now(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Answers to questions that had another name, under the one they have."""
    for question in questions.table():
        was = question.was
        if was and was.name in entries and question.name not in entries:
            old = entries.pop(was.name)
            entries[question.name] = {**old, "value": was.codes.get(old["value"], old["value"])}
    return entries
