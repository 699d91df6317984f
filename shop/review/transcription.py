"""What a pharmacist reads on the prescription, word for word and number for number."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from catalogue.amounts import DoseForm, Mass, Strength, in_text


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
class Item:
    """One strength as it is prescribed; None and empty are what could not be read.

    ``quantity`` is units in one supply, ``repeats`` the supplies after the first.
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

    @property
    def is_prescribed(self) -> bool:
        """Whether anything of it was read."""
        read = (self.directions, self.units_a_day, self.quantity, self.repeats)
        return self.has_unnumbered_repeats or any(each not in ("", None) for each in read)

    @property
    def dose_a_day(self) -> Mass | None:
        """None when it is not known, and for a strength that is a rate."""
        if self.units_a_day is None or self.strength.is_rate:
            return None
        return self.strength.mass_in(self.units_a_day)

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

    @property
    def prescribed(self) -> tuple[Item, ...]:
        """The strengths that are on it."""
        return tuple(item for item in self.items if item.is_prescribed)

    def as_json(self) -> dict[str, Any]:
        """For a sealed field."""
        return asdict(self, dict_factory=in_text)
