"""The price of a pack at a moment: the newest planned one that has begun, or else the record's own."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from oscar.apps.partner.models import StockRecord

from catalogue.amounts import CENT
from catalogue.prices.models import PlannedPrice


def with_price(records: QuerySet, moment: datetime.datetime | None = None) -> QuerySet:
    """The records, each with `price_then`: what it costs now, or at a moment. No query more."""
    begun = PlannedPrice.objects.filter(
        stockrecord=OuterRef("pk"), ended_at=None, starts_at__lte=moment or timezone.now()
    ).order_by("-starts_at")
    money = DecimalField(max_digits=12, decimal_places=2)
    price = Coalesce(Subquery(begun.values("price")[:1]), F("price"), output_field=money)
    return records.annotate(price_then=price)


def exactly(price: Decimal) -> Decimal:
    """As it is kept, with two places; SQLite drops the zeros of what is calculated."""
    return price.quantize(CENT)


def price_of(record: StockRecord) -> Decimal | None:
    """What the pack costs now, with a query where the record was read without it; None: no price."""
    if "price_then" not in record.__dict__:
        record = with_price(StockRecord.objects.filter(pk=record.pk)).get()
    price = record.price_then
    return None if price is None else exactly(price)
