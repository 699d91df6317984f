"""Tells whether a pack that was taken from the shelf is the one that is to be picked."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalogue.models import Product
from shop.dispensing.contents import Item
from shop.dispensing.models import How

CODE_LENGTH = 120


class WrongPack(Exception):
    """Another pack, or none that is known; says which, and which is wanted."""


@dataclass(frozen=True)
class Picked:
    """A pack of a line, by the code that was read from it."""

    line: int
    code: str
    how: How = How.SCANNED


def picked(item: Item, scanned: str, *, how: How = How.SCANNED) -> Picked:
    """The pack, where it is the one that the item asks for; raises WrongPack with the reason.

    ``scanned`` is what a scanner typed, or a person: the pack's own stock code, in any case.
    """
    code = scanned.strip()
    if not code or len(code) > CODE_LENGTH:
        raise WrongPack(_("This cannot be read as the code of a pack. Scan it again."))
    if code.casefold() == item.sku.casefold():
        return Picked(item.line, code, how)
    raise WrongPack(_why(item, code))


def _why(item: Item, code: str) -> str:
    known = Product.objects.filter(stockrecords__partner_sku__iexact=code)
    other = known.select_related("parent").first()
    wanted = {"wanted": f"{item.medicine}, {item.pack}", "code": code}
    if other is None:
        return _("No pack is known by “%(code)s”. %(wanted)s is to be picked.") % wanted
    words = {**wanted, "other": named(other)}
    return _("Wrong pack: this is %(other)s. %(wanted)s is to be picked.") % words


def named(product: Product) -> str:
    """A pack as it stands on the shelf: the medicine, its strength and its size."""
    if product.parent is None or product.strength is None or product.units is None:
        return product.get_title()
    size = product.parent.form.counted(product.units)
    return f"{product.parent.title}, {product.strength.words} × {size}"
