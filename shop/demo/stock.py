"""The demonstration's shelf: batches with dates, one that ends soon, and the numbers on the packs."""

from __future__ import annotations

import datetime

from oscar.apps.partner.models import StockRecord

from shop import days
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.demo.people import SOFIA, STAFF
from shop.stock import codes, keeping
from shop.stock.keeping import Delivery, Why
from shop.stock.models import Batch, Reason

# GS1 keeps this company prefix for examples.
EXAMPLE_PREFIX = "09506000"
LASTS = datetime.timedelta(days=540)
# Of one pack there is a second batch that whoever dispenses is asked about.
SOON, FEW = datetime.timedelta(days=65), 14


def stock_the_shelf() -> None:
    """Read the dates of first stock, and what stands on the packs; safe to run again."""
    staff, superintendent = (User.objects.get(email=who.email) for who in (STAFF, SOFIA))
    for record in StockRecord.objects.filter(product__strength__isnull=False).order_by("pk"):
        gtin = codes.enter(gtin_of(record.product_id), pack=record.product, by=staff)
        if gtin.confirmed_by is None:
            codes.confirm(gtin, by=superintendent)
    for batch in Batch.objects.filter(expires=None).order_by("pk"):
        _read(batch, staff)


def _read(batch: Batch, staff: User) -> None:
    why = Why(actor_of(staff), Reason.READ)
    expires = days.at_pharmacy() + LASTS + datetime.timedelta(days=batch.pk)
    keeping.say_expiry(batch, number=f"D{4400 + batch.pk}", expires=expires, why=why)
    if not Batch.objects.filter(number="B2391A").exists():
        received = Why(actor_of(staff), Reason.RECEIVED, "Example Wholesale, DN 54871")
        soon = Delivery("B2391A", days.at_pharmacy() + SOON, FEW)
        keeping.receive(batch.stockrecord, soon, why=received)


def gtin_of(number: int) -> str:
    """An example GTIN-14 with its check digit: threes and ones in turn, up to the next ten."""
    digits = f"{EXAMPLE_PREFIX}{number:05}"
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
