"""A jurisdiction profile: what its file may hold, and what follows from it."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
)

from shop.datafiles import Faults, Positive, Text

T = TypeVar("T")
# How sure a value is: read in the official text, read on a copy or digest, or general knowledge.
Mark = Literal["V", "VM", "OK"]
Percent = Annotated[Positive, Field(le=100)]
CountryCode = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]


class Authenticity(TextChoices):
    """How the pharmacist made sure that the prescription is genuine; a copy alone never is enough."""

    ORIGINAL_RECEIVED = "original_received", _("The original paper is here")
    E_PRESCRIPTION_VERIFIED = "e_prescription_verified", _("Electronic prescription, verified")
    PRESCRIBER_CONFIRMED = "prescriber_confirmed", _("The prescriber confirmed it")
    TRANSFER_CONFIRMED = "transfer_confirmed", _("Transfer confirmed by the other pharmacy")


class BothChecks(TextChoices):
    """Whether one person may sign the legal and the clinical check of one prescription."""

    AT_ONCE = "at_once", _("One person may sign both checks, one right after the other")
    AFTER_A_MINUTE = "after_a_minute", _("One person may sign both checks, a minute or more apart")
    TWO_PEOPLE = "two_people", _("Two people sign the two checks")


class AccuracyCheck(TextChoices):
    """Whether whoever dispensed may also sign the accuracy check."""

    AFTER_A_PAUSE = "after_a_pause", _("Whoever dispensed may check it, after a pause")
    TWO_PEOPLE = "two_people", _("Another person checks it")


class Checkers(TextChoices):
    """Who may sign the accuracy check."""

    DISPENSERS = "dispensers", _("Everybody who may dispense")
    PHARMACISTS = "pharmacists", _("Pharmacists")


class LabelField(TextChoices):
    """What stands on the label of a dispensed pack."""

    PHARMACY = "pharmacy", _("Pharmacy’s name and address")
    PHONE = "phone", _("Pharmacy’s telephone")
    SERIAL = "serial", _("Number of the prescription")
    DATE = "date", _("Date dispensed")
    PRESCRIBER = "prescriber", _("Prescriber")
    PATIENT = "patient", _("Patient")
    DIRECTIONS = "directions", _("Directions")
    CAUTIONS = "cautions", _("Cautions")
    MEDICINE = "medicine", _("Medicine and strength")
    QUANTITY = "quantity", _("Quantity")
    REFILLS = "refills", _("Refills")
    PHARMACIST = "pharmacist", _("Pharmacist")
    DISCARD = "discard", _("Discard date")
    CHILDREN = "children", _("Keep out of the reach and sight of children")


class LabelLayout(TextChoices):
    """How the fields stand on the label, and whose words of warning."""

    US = "US", _("United States")
    GB = "GB", _("Great Britain")


def _yes_no(value: Any) -> bool:
    # A text, because the country code NO is one too.
    if value not in {"true", "false"}:
        raise ValueError(f"“{value}” is neither true nor false")
    return bool(value == "true")


def _distinct(values: tuple[T, ...]) -> tuple[T, ...]:
    if len(set(values)) < len(values):
        raise ValueError("the same value stands here twice")
    return values


YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Distinct = Annotated[tuple[T, ...], AfterValidator(_distinct)]


@dataclass(frozen=True)
class Source:
    """Where a value comes from."""

    title: Text
    address: str


def _read_sources(keys: Any, info: ValidationInfo) -> tuple[Source, ...]:
    known: Mapping[str, Source] = info.context or {}
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
        raise ValueError("“sources” must be a list of keys")
    if unknown := [key for key in keys if key not in known]:
        raise Faults([(0, f"“{key}” is not a known source") for key in unknown])
    return tuple(known[key] for key in keys)


Sources = Annotated[tuple[Source, ...], BeforeValidator(_read_sources)]


def cited(sources: tuple[Source, ...], mark: str) -> str:
    """The sources in words, with the mark."""
    return f"{'; '.join(source.title for source in sources)} [{mark}]"


@dataclass(frozen=True)
class Value(Generic[T]):
    """One value, where it was read, and how sure it is."""

    value: T
    sources: Sources
    mark: Mark
    note: str = ""

    @property
    def cited(self) -> str:
        return cited(self.sources, self.mark)


@dataclass(frozen=True)
class Period:
    """So many months, or so many days."""

    months: Positive | None = None
    days: Positive | None = None

    def __post_init__(self) -> None:
        if (self.months is None) == (self.days is None):
            raise ValueError("a period is so many months, or so many days")


@dataclass(frozen=True)
class Retention:
    """For how many years each kind of record is kept."""

    prescriptions: Value[Positive]
    register: Value[Positive]
    policies: Value[Positive]


@dataclass(frozen=True)
class Label:
    """The label of a dispensed pack; where it is not on, nothing is printed by it."""

    layout: LabelLayout
    fields: Annotated[Distinct[LabelField], Field(min_length=1)]
    # Off until the superintendent has read what the country asks for and signed it.
    is_on: YesNo


def not_in_the_file(_value: Any, info: ValidationInfo) -> str:
    raise ValueError(f"“{info.field_name}” is not a known entry")


@dataclass(frozen=True)
class Profile:
    """The rules of one jurisdiction; ``digest`` is the SHA-256 of the file they were read from.

    The next supply of an approval is due when the last one is used to ``repeat_after_percent``, or
    ``repeat_margin_days`` before it runs out, whichever is sooner.
    """

    name: Text
    title: Text
    countries: Annotated[tuple[CountryCode, ...], Field(min_length=1)]
    accepted_authenticity: Value[Annotated[Distinct[Authenticity], Field(min_length=1)]]
    valid_for: Value[Period]
    needs_indelible: Value[YesNo]
    supplies_without_number: Value[Positive]
    repeat_after_percent: Value[Percent]
    repeat_margin_days: Value[Positive]
    retention_years: Retention
    both_checks: Value[BothChecks]
    accuracy_check: Value[AccuracyCheck]
    accuracy_pause_minutes: Value[Positive]
    accuracy_checked_by: Value[Checkers]
    label: Value[Label]
    digest: Annotated[str, BeforeValidator(not_in_the_file)] = field(default="", compare=False)

    def last_day_of(self, issued_on: datetime.date) -> datetime.date:
        """The last day on which a prescription of this date may be used."""
        period = self.valid_for.value
        return add_months(issued_on, period.months or 0) + datetime.timedelta(period.days or 0)


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later; the last of the month where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, min(day.day, last))
