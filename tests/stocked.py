"""Packs on the shelf, as batches."""

from __future__ import annotations

import datetime

from django.utils import timezone
from oscar.apps.partner.models import StockRecord

from shop.audit import log
from shop.stock import keeping
from shop.stock.models import Batch, Reason

LASTS = datetime.timedelta(days=700)
RECEIVED = keeping.Why(log.SYSTEM, Reason.RECEIVED)


def stocked(record: StockRecord, packs: int, *, number: str = "", lasts: int = 700) -> Batch:
    """So many packs of a batch that lasts so many days."""
    expires = timezone.localdate() + datetime.timedelta(days=lasts)
    came = keeping.Delivery(number or f"LOT{record.pk}", expires, packs)
    return keeping.receive(record, came, why=RECEIVED)


def dates_are_read() -> None:
    """Somebody has read the expiry date of all first stock."""
    why = keeping.Why(log.SYSTEM, Reason.READ)
    for batch in Batch.objects.filter(expires=None):
        day = timezone.localdate() + LASTS
        keeping.say_expiry(batch, number=f"LOT{batch.pk}", expires=day, why=why)
