"""The help lines of each country, read from the file beside this module.

A number is only ever shown with the country it belongs to: the wrong one costs minutes.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

from babel import Locale
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator

from shop.datafiles import Positive, Text, held_to, read_file

# What each kind of line is for; the order they are shown in.
KINDS = {
    "emergency": _("Emergency"),
    "poisons": _("Poisons advice"),
    "crisis": _("In a crisis, or thinking of suicide"),
    "out_of_hours": _("Out of hours, when it is no emergency"),
}
WHEN = {
    "emergency": _(
        "Somebody cannot be woken, breathes slowly or noisily, has a fit, collapses, has blue lips or a swollen "
        "face or throat, has taken far too much medicine, or is about to harm themselves. A child, or somebody with "
        "weak kidneys: already when newly very sleepy or confused. Do not wait for signs after a big overdose."
    ),
    "poisons": _(
        "Awake and breathing well, but too much, the wrong medicine, alcohol or a street drug with it, or a child "
        "who may have swallowed one."
    ),
    "crisis": _("Thoughts of suicide, or fear of hurting yourself, and nothing swallowed."),
    "out_of_hours": _(
        "No medicine left, doses missed for more than a day, doses vomited, or new confusion or low mood that is "
        "no emergency."
    ),
}
WAYS = {
    "call": "",
    "call or text": _("call or text"),
    "text SHOUT": _("text SHOUT to it"),
    "text HELLO": _("text HELLO to it"),
}


def _date(value: str) -> str:
    datetime.date.fromisoformat(value)
    return value


Day = Annotated[Text, AfterValidator(_date)]


@dataclass(frozen=True)
class HelpLine:
    """A number, or in its place words where there is none, and how far either was verified."""

    mark: Literal["V", "VM", "OK"]
    years: Positive
    number: str = ""
    words: str = ""
    name: str = ""
    where: str = ""
    hours: str = ""
    then: str = ""
    way: Literal["call", "call or text", "text SHOUT", "text HELLO"] = "call"
    read: str = ""
    read_on: Day = ""

    def __post_init__(self) -> None:
        if bool(self.number) == bool(self.words):
            raise ValueError("a line has either a number or words")
        if self.number and not set(self.number) <= set("+0123456789- "):
            raise ValueError(f"“{self.number}” is no telephone number")
        if self.mark != "OK" and not self.read:
            raise ValueError("“read” says where it was read, or the mark is OK")

    @property
    def link(self) -> str:
        """What a telephone dials, or writes to."""
        digits = "".join(sign for sign in self.number if sign in "+0123456789")
        return f"{'sms' if self.way.startswith('text') else 'tel'}:{digits}"

    @property
    def is_verified(self) -> bool:
        """Whether it was read on the page of whoever answers."""
        return self.mark == "V"

    @property
    def text(self) -> str:
        """The number with all that belongs to it, on one line."""
        return self.words or f"{self.number}{self.beside}"

    @property
    def beside(self) -> str:
        """What stands behind the number: whose it is, how to call, where and when it answers."""
        hours = gettext("day and night") if self.hours == "always" else self.hours
        parts = [part for part in (self.then, str(WAYS[self.way]), self.where, hours) if part]
        return ", ".join([f" {self.name}".rstrip(), *parts])


@dataclass(frozen=True)
class HelpLines:
    """All of one country, in the order they are to be shown."""

    emergency: tuple[HelpLine, ...]
    poisons: tuple[HelpLine, ...]
    crisis: tuple[HelpLine, ...]
    out_of_hours: tuple[HelpLine, ...]

    def __post_init__(self) -> None:
        if not all(getattr(self, kind) for kind in KINDS):
            raise ValueError("each kind needs a line, if only words that say there is none")
        if not self.emergency[0].number:
            raise ValueError("an emergency has a number")

    @property
    def emergency_number(self) -> str:
        """The one to name where there is room for one."""
        return self.emergency[0].number

    @property
    def by_kind(self) -> list[tuple[str, str, str, tuple[HelpLine, ...]]]:
        """Each kind: its key, its title, when to call, and its lines."""
        return [
            (kind, str(title), str(WHEN[kind]), getattr(self, kind))
            for kind, title in KINDS.items()
        ]

    def __iter__(self) -> Iterator[HelpLine]:
        for field in fields(self):
            yield from getattr(self, field.name)


def _country(code: str) -> str:
    if code not in Locale("en").territories:
        raise ValueError(f"unknown country “{code}”")
    return code


@dataclass(frozen=True)
class Table:
    """What the file may hold."""

    read_on: Day
    countries: dict[Annotated[str, AfterValidator(_country)], HelpLines]

    def due(self, line: HelpLine) -> datetime.date:
        """The day by which a line is to be read again."""
        return read_again_by(datetime.date.fromisoformat(line.read_on or self.read_on), line)

    def names(self) -> dict[str, str]:
        """The countries with their names in the reader's language, by name."""
        names = {code: name_of(code) for code in self.countries}
        return dict(sorted(names.items(), key=lambda pair: pair[1]))


def read_again_by(read_on: datetime.date, line: HelpLine) -> datetime.date:
    """The day by which a line that was read on a day is to be read again: the end of a January."""
    return datetime.date(read_on.year + line.years, 1, 31)


def name_of(code: str) -> str:
    """A country's name in the reader's language."""
    return str(Locale.parse(get_language() or "en", sep="-").territories[code])


def read(path: Path) -> Table:
    """The table in a file. Raises FilesInvalid."""
    return held_to(Table, read_file(path))


TABLE = read(Path(__file__).with_name("lines.yaml"))


def lines_of(country: str) -> HelpLines | None:
    """The lines of a country (ISO 3166-1 alpha-2); none where nobody has looked them up."""
    return TABLE.countries.get(country)


def emergency_number(country: str) -> str:
    """The number to call in an emergency there, or words that name none."""
    lines = lines_of(country)
    return lines.emergency_number if lines else gettext("the emergency number where you are")
