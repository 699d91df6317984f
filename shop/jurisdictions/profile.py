"""A jurisdiction profile: what it holds, and what follows from it."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass, field
from typing import Any, Literal

# How sure a value is: read in the official text, read on a copy or digest, or general knowledge.
Mark = Literal["V", "VM", "OK"]
ANYWHERE = "anywhere"
# What a patient may have that a profile blocks or queries.
CONDITIONS = ("epilepsy", "stomach_ulcer", "end_stage_kidneys")


@dataclass(frozen=True)
class Source:
    """Where a value comes from."""

    key: str
    title: str
    address: str


@dataclass(frozen=True)
class Value:
    """One value, where it was read, and how sure it is."""

    value: Any
    sources: tuple[Source, ...]
    mark: Mark
    note: str = ""

    @property
    def cited(self) -> str:
        """The sources in words, with the mark."""
        return f"{'; '.join(source.title for source in self.sources)} [{self.mark}]"


@dataclass(frozen=True)
class Limits:
    """What holds for one medicine: doses in mg a day, ages in years, eGFR in mL/min/1.73 m².

    ``strengths_mg`` says for each strength where it may be supplied; ``early_below_percent`` is the
    share of a supply that must be used before the next one is not early.
    """

    query_above_mg_a_day: Value
    block_above_mg_a_day: Value
    strengths_mg: Value
    not_first_mg: Value
    blocks: Value
    queries: Value
    age_query_below: Value
    age_query_from: Value
    egfr_query_below: Value
    egfr_always_query_below: Value
    egfr_block_below: Value
    egfr_end_stage_below: Value
    egfr_valid_months: Value
    new_start_query_mg: Value
    lifted_by_prescriber: Value
    early_below_percent: Value
    late_after_days: Value
    gap_days: Value

    def supplies(self, strength_mg: int, *, country: str) -> bool:
        """Whether tablets of this strength may go to this country (ISO 3166-1 alpha-2)."""
        where = self.strengths_mg.value.get(strength_mg, ())
        return where == ANYWHERE or country in where


@dataclass(frozen=True)
class Profile:
    """The rules of one jurisdiction; ``digest`` is the SHA-256 of the file they were read from."""

    name: str
    title: str
    countries: tuple[str, ...]
    accepted_authenticity: Value
    valid_for: Value
    needs_indelible: Value
    supplies_without_number: Value
    retention_years: dict[str, Value]
    medicines: dict[str, Limits]
    digest: str = field(default="", compare=False)

    def last_day_of(self, issued_on: datetime.date) -> datetime.date:
        """The last day on which a prescription of this date may be used."""
        months = self.valid_for.value.get("months", 0)
        days = self.valid_for.value.get("days", 0)
        return add_months(issued_on, months) + datetime.timedelta(days=days)


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later; the last of the month where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, min(day.day, last))
