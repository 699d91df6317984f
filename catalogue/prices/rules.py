"""What a price is held to, as data: each rule, how much it weighs, and what is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from babel.numbers import get_currency_precision
from django.utils.translation import gettext as _
from oscar.templatetags.currency_filters import currency as money

from catalogue.amounts import DoseForm

# A price that goes up or down by more than this is asked about.
ASKED_FROM_PERCENT = 30
# Two places are what a price has in the database, whatever coins there are.
MOST_PLACES = 2


class Weight(Enum):
    """What a finding does to a new price."""

    REFUSES = "refuses"
    ASKS = "asks"
    WARNS = "warns"


@dataclass(frozen=True)
class Offer:
    """A price for a pack, beside the one before and those of the other packs of its strength.

    ``others`` holds prices by size, in units of ``form``.
    """

    form: DoseForm
    units: int
    price: Decimal
    currency: str
    before: Decimal | None = None
    others: Mapping[int, Decimal] = field(default_factory=dict)

    def said(self, price: Decimal) -> str:
        return str(money(price, self.currency))

    def per_unit(self, price: Decimal, units: int) -> str:
        return f"{self.said(self.form.unit_price(price, units))} {self.form.kind.per_price}"


@dataclass(frozen=True)
class Rule:
    """One rule: ``broken`` returns what is wrong, in a sentence, or nothing."""

    name: str
    weight: Weight
    broken: Callable[[Offer], str]


@dataclass(frozen=True)
class Finding:
    """A rule that a price breaks, in words."""

    rule: str
    weight: Weight
    words: str


def coin(currency: str) -> Decimal:
    """The smallest coin of a currency: 0.01 USD, 1 JPY."""
    return Decimal(1).scaleb(-min(get_currency_precision(currency), MOST_PLACES))


def percent(before: Decimal, price: Decimal) -> Fraction:
    """By how much a price changes; 0 where there was none."""
    return Fraction(price - before) / Fraction(before) * 100 if before else Fraction(0)


def _not_above_zero(offer: Offer) -> str:
    return "" if offer.price > 0 else _("The price must be more than nothing.")


def _not_whole_coins(offer: Offer) -> str:
    smallest = coin(offer.currency)
    if offer.price % smallest == 0:
        return ""
    return _("The smallest coin is %(coin)s.") % {"coin": offer.said(smallest)}


def _far(offer: Offer) -> str:
    change = percent(offer.before or Decimal(0), offer.price)
    if abs(change) <= ASKED_FROM_PERCENT:
        return ""
    words = _("More than %(most)s % up.") if change > 0 else _("More than %(most)s % down.")
    return words.replace("%(most)s", str(ASKED_FROM_PERCENT))


def _dearer(offer: Offer) -> str:
    """A smaller pack that is cheaper for each unit, or a larger one that is dearer."""
    own = Fraction(offer.price) / offer.units
    for units, price in sorted(offer.others.items()):
        each = Fraction(price) / units
        if (units < offer.units and each < own) or (units > offer.units and each > own):
            size, per = offer.form.counted(units), offer.per_unit(price, units)
            words = _("Dearer than %s.") if units < offer.units else _("Cheaper than %s.")
            return words % _("%(size)s, %(per)s") % {"size": size, "per": per}
    return ""


RULES = (
    Rule("above-zero", Weight.REFUSES, _not_above_zero),
    Rule("whole-coins", Weight.REFUSES, _not_whole_coins),
    Rule("far", Weight.ASKS, _far),
    Rule("dearer", Weight.WARNS, _dearer),
)


def findings(offer: Offer) -> list[Finding]:
    """What is to be said of a price; what refuses it alone, where something does."""
    found = [
        Finding(rule.name, rule.weight, words) for rule in RULES if (words := rule.broken(offer))
    ]
    return refusing(found) or found


def refusing(found: Iterable[Finding]) -> list[Finding]:
    return [each for each in found if each.weight == Weight.REFUSES]


def asking(found: Iterable[Finding]) -> list[Finding]:
    return [each for each in found if each.weight == Weight.ASKS]
