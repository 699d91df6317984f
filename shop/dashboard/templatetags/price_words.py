"""How changes of a price are written."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from babel.numbers import get_currency_symbol
from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.amounts import DoseForm

register = template.Library()
MINUS = "−"


@register.filter
def signed(change: Fraction | None) -> str:
    """A change in per cent: "+3.1 %", "−4.2 %"."""
    if change is None:
        return ""
    text = f"{round(float(change), 1):+.1f} %"
    return text.replace("-", MINUS)


@register.filter
def symbol(currency: str) -> str:
    """The sign of a currency: "$"."""
    return get_currency_symbol(currency, locale="en_US") if currency else ""


@register.filter
def as_number(price: Decimal | None) -> str:
    """As it is typed into a box, whatever the reader's language is."""
    return "" if price is None else str(price)


@register.filter
def cells(count: int) -> str:
    """So many prices, in words."""
    return ngettext("%(count)s price", "%(count)s prices", count) % {"count": count}


@register.filter
def meant(change: Fraction) -> str:
    """What somebody confirms who changes a price by that much."""
    words = _("up") if change > 0 else _("down")
    return _("%(percent)s %% %(way)s") % {"percent": round(abs(float(change)), 1), "way": words}


@register.filter
def pack_size(form: DoseForm, units: int) -> str:
    """How much is in a pack: "60 tablets"."""
    return form.counted(units)
