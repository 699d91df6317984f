"""Tells whether a pack that was taken from the shelf is the one that is to be picked."""

from __future__ import annotations

import datetime
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop import days
from shop.dispensing.contents import Item
from shop.dispensing.models import How
from shop.prescriptions.models import Supply
from shop.stock import codes, scanning, shelf, supplying

CODE_LENGTH = 120


class WrongPack(Exception):
    """Another pack, or none that is known; says which, and which is wanted."""


@dataclass(frozen=True)
class Picked:
    """A pack of a line, by the code that was read from it."""

    line: int
    code: str
    how: How = How.SCANNED
    # What whoever dispenses is asked about its batch; nothing where nothing is.
    asks: str = ""


def picked(item: Item, scanned: str, *, how: How = How.SCANNED) -> Picked:
    """The pack, where it is the one that the item asks for; raises WrongPack with the reason.

    ``scanned`` is what a scanner typed of the pack (GS1, with its batch), or the pack's stock code, in any
    case: then it is of the first batch to expire.
    """
    code = scanned.strip()
    if not code or len(code) > CODE_LENGTH:
        raise WrongPack(_("This cannot be read as the code of a pack. Scan it again."))
    if code.casefold() == item.sku.casefold():
        return Picked(item.line, code, how, asks=_on_the_shelf(item))
    if not is_of_a_pack(code):
        raise WrongPack(_why(item, code))
    try:
        found = codes.scanned(code, pack=_pack(item), lasts_until=lasts_until(item.line))
    except codes.NotThisPack as wrong:
        raise WrongPack(str(wrong)) from wrong
    return Picked(item.line, code, how, asks=found.asks)


def is_of_a_pack(code: str) -> bool:
    """Whether it is what stands on a pack, and not a stock code."""
    try:
        scanning.read(code)
    except scanning.Unreadable:
        return False
    return True


def names_one(code: str) -> bool:
    """Whether no other pack has this code: it holds a serial number."""
    return is_of_a_pack(code) and bool(scanning.read(code).serial)


def marks_of(codes: Iterable[tuple[int, str]]) -> dict[int, Counter[tuple[str, str]]]:
    """Batch and serial number of each pack, by line; without the lines that have a stock code for one."""
    by_line: dict[int, list[str]] = defaultdict(list)
    for line, code in codes:
        by_line[line].append(code)
    return {
        line: Counter((scan.batch, scan.serial) for scan in map(scanning.read, of_line))
        for line, of_line in by_line.items()
        if all(map(is_of_a_pack, of_line))
    }


def lasts_until(line: int) -> datetime.date | None:
    """The day on which what a line supplies will be used up, where the daily number is known."""
    rows = Supply.objects.filter(order_line=line, returned_at__isnull=True)
    supply = rows.select_related("authorisation").first()
    daily = supply.authorisation.units_a_day if supply else None
    if supply is None or not daily:
        return None
    return days.at_pharmacy() + datetime.timedelta(days=math.ceil(supply.units / daily))


def _on_the_shelf(item: Item) -> str:
    """What is asked about the batch that goes first; raises WrongPack where none may go."""
    record = StockRecord.objects.get(line__pk=item.line)
    going = supplying.first_to_go(record, lasts_until=lasts_until(item.line))
    if going:
        return supplying.asks(going[0])
    there = shelf.batches_of(record).first()
    why = supplying.why_not(there, lasts_until=lasts_until(item.line)) if there else ""
    raise WrongPack(why or _("No batch of it is on the shelf."))


def _pack(item: Item) -> Product:
    found: Product = Product.objects.get(line__pk=item.line)
    return found


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
