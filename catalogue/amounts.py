"""How much of a medicine: strengths, dose forms, counts and prices of a unit, all of it exact."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, Self

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

CENT = Decimal("0.01")
MICROGRAMS = {"ug": 1, "mg": 1_000, "g": 1_000_000}
# How people and labels write what UCUM writes as on the right.
WRITTEN = {
    **dict.fromkeys(("ug", "µg", "μg", "mcg", "microgram", "micrograms"), "ug"),
    **dict.fromkeys(("mg", "milligram", "milligrams"), "mg"),
    **dict.fromkeys(("g", "gram", "grams"), "g"),
    **dict.fromkeys(("mL", "ml"), "mL"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
}
NUMBER = r"(?:0|[1-9]\d{0,6})(?:\.\d{0,5}[1-9])?"
CANONICAL = re.compile(rf"({NUMBER}) (ug|mg)/(?:(?:({NUMBER}) )?(mL|h)|({{[a-z]+}}))", re.ASCII)
# Any strength within a text that people wrote.
IN_TEXT = re.compile(
    rf"\b\d+(?:[.,]\d+)?\s*(?:{'|'.join(WRITTEN)})(?:\s*/\s*[\d.,]*\s*(?:{'|'.join(WRITTEN)}))?(?!\w)",
    re.IGNORECASE,
)
BY_HAND = re.compile(
    r"(\d{1,7}(?:\.\d{1,6})?)\s*([a-zµμ]+)(?:\s*/\s*(\d{1,7}(?:\.\d{1,6})?)?\s*([a-zA-Z]+))?",
    re.ASCII,
)


class NotAStrength(ValueError):
    """The text is no strength, or not one of this dose form."""


class Incomparable(ValueError):
    """Not amounts of one kind, such as a mass and a rate: nothing follows from the two."""


def exactly(number: Fraction | Decimal | int) -> str:
    """A decimal where one is exact, and else a fraction; never rounded."""
    number = Fraction(number)
    text = f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if Fraction(text) == number else str(number)


def in_text(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Names and values for JSON, which has no fractions."""
    return {
        name: exactly(value) if isinstance(value, Fraction) else value for name, value in values
    }


@dataclass(frozen=True, order=True)
class Mass:
    """So much of a medicine."""

    micrograms: Fraction

    @classmethod
    def of(cls, amount: Fraction | Decimal | int, unit: str) -> Self:
        return cls(Fraction(amount) * MICROGRAMS[unit])

    def __add__(self, other: Mass) -> Mass:
        return Mass(self.micrograms + other.micrograms)

    @property
    def mg(self) -> Fraction:
        return self.micrograms / MICROGRAMS["mg"]

    @property
    def unit(self) -> str:
        return "mg" if self.micrograms >= MICROGRAMS["mg"] else "ug"

    @property
    def number(self) -> str:
        """How many of its unit."""
        return exactly(self.micrograms / MICROGRAMS[self.unit])

    def __str__(self) -> str:
        """For people: the microgram is spelled out."""
        return self.said(1 if self.micrograms == 1 else 2)

    def said(self, count: int) -> str:
        """With its unit as it is of one, or of more."""
        if self.unit == "mg":
            return f"{self.number} mg"
        words = ngettext("%(number)s microgram", "%(number)s micrograms", count)
        return words % {"number": self.number}


class Strength(str):
    """A mass in a piece, in so many mL or in so many hours: "10 mg/{tablet}", "5 mg/5 mL", "12 ug/h".

    Its text, in UCUM's units, is its value: it is kept, sealed, hashed and compared as that text,
    and has one way to be written (micrograms below 1 mg, no idle zeros). Raises NotAStrength.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        found = CANONICAL.fullmatch(text)
        if found is None:
            raise NotAStrength(f"“{text}” is no strength such as “10 mg/{{tablet}}”")
        amount, unit, per, measure, piece = found.groups()
        of = measure or piece
        if cls.written(Mass.of(Decimal(amount), unit), Decimal(per or 1), of) != text:
            raise NotAStrength(f"“{text}” is not how this strength is written")
        return super().__new__(cls, text)

    @staticmethod
    def written(mass: Mass, per: Decimal, of: str) -> str:
        """The one text of this strength."""
        if not mass.micrograms or not per:
            raise NotAStrength(_("A strength is more than nothing."))
        each = "" if per == 1 else f"{exactly(per)} "
        return f"{mass.number} {mass.unit}/{each}{of}"

    @property
    def mass(self) -> Mass:
        """What is in `per` units, or comes in `per` hours."""
        amount, unit = self.partition("/")[0].split()
        return Mass.of(Decimal(amount), unit)

    @property
    def of(self) -> str:
        """What `per` counts, in UCUM: "{tablet}", "mL", "h"."""
        return self.partition("/")[2].split()[-1]

    @property
    def per(self) -> Fraction:
        count, _space, _of = self.partition("/")[2].rpartition(" ")
        return Fraction(count or 1)

    @property
    def is_rate(self) -> bool:
        """Whether it says how fast a medicine comes, and not how much of it there is."""
        return self.of == "h"

    def mass_in(self, units: Fraction | Decimal | int) -> Mass:
        """What so many units hold. Raises Incomparable for a rate."""
        if self.is_rate:
            raise Incomparable(_("%(rate)s tells no mass.") % {"rate": self.words})
        return Mass(self.mass.micrograms * Fraction(units) / self.per)

    @property
    def words(self) -> str:
        """For people: "10 mg", "5 mg/5 mL", "12 micrograms/hour"."""
        if self.of.startswith("{"):
            return str(self.mass)
        per = "" if self.per == 1 else f"{exactly(self.per)} "
        hours = ngettext("hour", "hours", 1 if self.per == 1 else 2)
        return f"{self.mass}/{per}{hours if self.is_rate else self.of}"

    @property
    def slug(self) -> str:
        """For names of fields: "10mg", "5mg-5mL", "12ug-h"."""
        return self.partition("/{")[0].replace(" ", "").replace("/", "-")

    @property
    def rank(self) -> tuple[str, Fraction]:
        """To sort by: from weak to strong among those of one kind."""
        return self.of, self.mass.micrograms / self.per

    def __lt__(self, other: str) -> bool:
        raise Incomparable("compare what two strengths hold, or sort by their rank")

    __gt__ = __le__ = __ge__ = __lt__


class Kind(NamedTuple):
    """What one unit of a dose form is, and the words for it.

    ``of`` is what a strength counts, in UCUM. ``doses`` is a plural for sentences ("your … last
    until"). A price is told for ``priced_by`` units. The two limits only catch slips of the hand.
    ``written`` are words by which a prescription names the form.
    """

    of: str
    counted: Any
    units: Any
    heading: Any
    doses: Any
    priced_by: int
    per_price: Any
    example: str
    most: int
    most_a_day: int
    written: frozenset[str]


class DoseForm(TextChoices):
    """The forms that this shop knows; a label follows a strength: "10 mg tablets"."""

    TABLET = "tablet", gettext_lazy("tablets")
    CAPSULE = "capsule", gettext_lazy("capsules")
    ORAL_SOLUTION = "oral-solution", gettext_lazy("oral solution")
    ORAL_SUSPENSION = "oral-suspension", gettext_lazy("oral suspension")
    PATCH = "patch", gettext_lazy("patches")

    @property
    def kind(self) -> Kind:
        return KINDS[self]

    def strength(self, text: str) -> Strength:
        """The strength as a label or a person writes it: "2.5 mg". Raises NotAStrength."""
        found = BY_HAND.fullmatch(text.strip())
        amount, unit, per, of = found.groups() if found else ("", "", None, None)
        unit, of = WRITTEN.get(unit, ""), WRITTEN.get(of or "", of)
        wanted = None if self.kind.of.startswith("{") else self.kind.of
        if unit not in MICROGRAMS or of != wanted:
            raise NotAStrength(
                _("“%(text)s” is no strength of %(form)s, such as “%(example)s”.")
                % {"text": text, "form": self.label, "example": self.kind.example}
            )
        mass = Mass.of(Decimal(amount), unit)
        return Strength(Strength.written(mass, Decimal(per or 1), self.kind.of))

    def fits(self, strength: Strength) -> bool:
        return strength.of == self.kind.of

    def counted(self, units: int) -> str:
        """So many: "1 tablet", "300 mL"."""
        return str(self.kind.counted % {"count": units})

    def counted_of(self, units: int, strength: Strength) -> str:
        """So many of a strength: "60 tablets of 10 mg", "300 mL of 5 mg/5 mL oral solution"."""
        is_said = self.label == self.kind.units
        what = strength.words if is_said else self.named(strength)
        return _("%(units)s of %(strength)s") % {"units": self.counted(units), "strength": what}

    def named(self, strength: Strength) -> str:
        """What it is, in words: "250 microgram tablets", "5 mg/5 mL oral solution"."""
        is_piece = strength.of.startswith("{")
        return f"{strength.mass.said(1) if is_piece else strength.words} {self.label}"

    def unit_price(self, price: Decimal, units: int) -> Decimal:
        """What `priced_by` units cost in a pack, rounded up to the cent: it never understates."""
        cents = Fraction(price) * 100 * self.kind.priced_by / units
        return CENT * math.ceil(cents)


def doses_of(forms: Iterable[DoseForm]) -> str:
    """A plural for all that is supplied in these forms: "tablets"; "doses" for several forms."""
    words = {str(form.kind.doses) for form in forms}
    return words.pop() if len(words) == 1 else _("doses")


LIQUID = Kind(
    of="mL",
    counted=ngettext_lazy("%(count)s mL", "%(count)s mL", "count"),
    units=gettext_lazy("mL"),
    heading=gettext_lazy("mL"),
    doses=gettext_lazy("doses"),
    priced_by=10,
    per_price=gettext_lazy("per 10 mL"),
    example="5 mg/5 mL",
    most=4_000,
    most_a_day=500,
    written=frozenset({"solution", "liquid", "oral"}),
)


KINDS = {
    DoseForm.TABLET: Kind(
        of="{tablet}",
        counted=ngettext_lazy("%(count)s tablet", "%(count)s tablets", "count"),
        units=gettext_lazy("tablets"),
        heading=gettext_lazy("Tablets"),
        doses=gettext_lazy("tablets"),
        priced_by=1,
        per_price=gettext_lazy("per tablet"),
        example="10 mg",
        most=400,
        most_a_day=60,
        written=frozenset({"tablet", "tablets", "tab", "tabs"}),
    ),
    DoseForm.CAPSULE: Kind(
        of="{capsule}",
        counted=ngettext_lazy("%(count)s capsule", "%(count)s capsules", "count"),
        units=gettext_lazy("capsules"),
        heading=gettext_lazy("Capsules"),
        doses=gettext_lazy("capsules"),
        priced_by=1,
        per_price=gettext_lazy("per capsule"),
        example="10 mg",
        most=400,
        most_a_day=60,
        written=frozenset({"capsule", "capsules", "cap", "caps"}),
    ),
    DoseForm.ORAL_SOLUTION: LIQUID,
    DoseForm.ORAL_SUSPENSION: LIQUID._replace(written=frozenset({"suspension", "liquid", "oral"})),
    DoseForm.PATCH: Kind(
        of="h",
        counted=ngettext_lazy("%(count)s patch", "%(count)s patches", "count"),
        units=gettext_lazy("patches"),
        heading=gettext_lazy("Patches"),
        doses=gettext_lazy("patches"),
        priced_by=1,
        per_price=gettext_lazy("per patch"),
        example="12 micrograms/hour",
        most=60,
        most_a_day=6,
        written=frozenset({"patch", "patches", "transdermal"}),
    ),
}
