"""What a pharmacist reads on the prescription, word for word and number for number."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from catalogue.amounts import DoseForm, Strength, in_text


class Signed(TextChoices):
    """How the prescription is signed."""

    INK = "ink", _("In ink")
    ELECTRONIC = "electronic", _("With an advanced electronic signature")
    NO = "no", _("Not signed")


class PrescriberKind(TextChoices):
    """What makes the prescriber one; the kind of practitioner is required (HMR 2012 reg 217)."""

    DOCTOR = "doctor", _("Doctor")
    DENTIST = "dentist", _("Dentist")
    NURSE = "nurse", _("Nurse prescriber")
    PHARMACIST = "pharmacist", _("Pharmacist prescriber")
    OTHER = "other", _("Other")


class Indelible(TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")


@dataclass(frozen=True)
class Step:
    """One step of a dose that is raised or lowered: so many mg a dose, so often, for so long."""

    mg_a_dose: Fraction
    times_a_day: int
    days: int

    @property
    def mg_a_day(self) -> Fraction:
        return self.mg_a_dose * self.times_a_day


@dataclass(frozen=True)
class Item:
    """One strength as it is prescribed; None and empty are what could not be read.

    ``quantity`` is units in one supply, ``repeats`` the supplies after the first. ``ladder`` holds
    the steps where the dose changes; its highest one is the daily dose.
    """

    medicine_id: int
    # The name of its content folder; empty when it has none.
    medicine: str
    title: str
    form: DoseForm
    strength: Strength
    directions: str = ""
    units_a_day: Fraction | None = None
    quantity: int | None = None
    repeats: int | None = None
    has_unnumbered_repeats: bool = False
    ladder: tuple[Step, ...] = ()

    @property
    def is_prescribed(self) -> bool:
        """Whether anything of it was read."""
        read = (self.directions, self.units_a_day, self.quantity, self.repeats, self.ladder)
        return self.has_unnumbered_repeats or any(each not in ("", None, ()) for each in read)

    @property
    def mg_a_day(self) -> Fraction | None:
        """The highest daily dose; None when it is not known, and for a strength that is a rate."""
        return max((step.mg_a_day for step in self.ladder), default=self._mg_a_day)

    @property
    def first_mg_a_day(self) -> Fraction | None:
        """The daily dose of the first days."""
        return self.ladder[0].mg_a_day if self.ladder else self._mg_a_day

    @property
    def _mg_a_day(self) -> Fraction | None:
        if self.units_a_day is None or self.strength.is_rate:
            return None
        return self.strength.mass_in(self.units_a_day).mg

    def units_a_dose(self, step: Step) -> Fraction:
        """How many units a dose of this step is."""
        return step.mg_a_dose / self.strength.mass_in(1).mg

    @property
    def units_of_ladder(self) -> Fraction:
        """The units that all steps take."""
        each = (self.units_a_dose(s) * s.times_a_day * s.days for s in self.ladder)
        return sum(each, Fraction(0))

    @property
    def days(self) -> Fraction | None:
        """How long one supply lasts; None when that cannot be told."""
        if self.ladder:
            return Fraction(sum(step.days for step in self.ladder))
        if self.quantity is None or not self.units_a_day:
            return None
        return self.quantity / Fraction(self.units_a_day)

    @property
    def units_a_day_on_average(self) -> Fraction | None:
        """By which a supply is counted down: of a ladder the mean, so that it ends when it ends."""
        days = self.days
        return self.units_of_ladder / days if self.ladder and days else self.units_a_day

    def most_supplies(self, *, without_number: int) -> int:
        """Supplies that are prescribed; a repeatable without a number means so many (RX-9)."""
        if self.has_unnumbered_repeats:
            return without_number
        return 1 + (self.repeats or 0)


@dataclass(frozen=True)
class Transcription:
    """A whole prescription as it was read; empty is what is not there or not read yet."""

    patient_name: str = ""
    date_of_birth: datetime.date | None = None
    address: str = ""
    prescriber: str = ""
    prescriber_kind: str = ""
    prescriber_address: str = ""
    prescriber_number: str = ""
    issued_on: datetime.date | None = None
    medicine: str = ""
    form: str = ""
    signed: str = ""
    indelible: str = ""
    items: tuple[Item, ...] = ()
    # Fields that were not typed but found to be the same as what was said or ordered.
    compared: tuple[str, ...] = ()

    @property
    def prescribed(self) -> tuple[Item, ...]:
        """The strengths that are on it."""
        return tuple(item for item in self.items if item.is_prescribed)

    def as_json(self) -> dict[str, Any]:
        """For a sealed field."""
        return asdict(self, dict_factory=in_text)
