"""What is on the shelf, and how much of it may still be sold; the first to expire goes first."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from oscar.apps.partner.models import StockRecord

from shop import days
from shop.stock.models import Batch


def batches_of(record: StockRecord) -> QuerySet[Batch]:
    """All with something on the shelf, the first to expire first; an unknown date comes before all."""
    found = Batch.objects.filter(stockrecord=record, on_shelf__gt=0)
    return found.order_by(F("expires").asc(nulls_first=True), "pk")


def in_date(on: datetime.date) -> Q:
    """Batches that have not expired on a day; what nobody has read yet is asked for before it leaves."""
    return Q(expires=None) | Q(expires__gte=on)


def last_day_to_sell() -> datetime.date:
    """A batch that ends before this day is not sold any more."""
    return days.at_pharmacy() + datetime.timedelta(days=settings.BATCH_LEAST_DAYS)


def may_be_sold(record: StockRecord) -> int:
    """Packs on the shelf that are neither held nor end too soon; what is promised to orders is among them.

    Whoever is going to promise them holds the stock record.
    """
    good = batches_of(record).filter(in_date(last_day_to_sell()), held="")
    return good.aggregate(packs=Sum("on_shelf"))["packs"] or 0


def days_left(batch: Batch) -> int | None:
    """Until the batch expires, in whole days; below zero once it has. None: not known."""
    return None if batch.expires is None else (batch.expires - days.at_pharmacy()).days


def asks(batch: Batch) -> bool:
    """Whether whoever dispenses is asked before they take it: it ends soon."""
    left = days_left(batch)
    return left is not None and left < settings.BATCH_ASK_DAYS
