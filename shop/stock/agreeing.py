"""Compares the batches with Oscar's numbers, and with what orders were promised."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from oscar.apps.partner.models import StockRecord
from oscar.core.loading import get_model

from shop.order_statuses import STEPS, OrderStatus
from shop.stock.models import Batch

# An order that stands so has its packs still on the shelf, and promised.
PROMISED = [
    status
    for status, step in STEPS.items()
    if not step.has_left and status != OrderStatus.CANCELLED
]


def with_sums(records: QuerySet) -> QuerySet:
    """The records, each with what its batches hold and what open orders were promised."""
    batches = Batch.objects.filter(stockrecord=OuterRef("pk"), held="").order_by()
    line = get_model("order", "Line")
    lines = line.objects.filter(stockrecord=OuterRef("pk"), order__status__in=PROMISED).order_by()
    return records.annotate(
        in_batches=_sum(batches.values("stockrecord"), "on_shelf"),
        promised=_sum(
            lines.exclude(status=OrderStatus.CANCELLED).values("stockrecord"), "quantity"
        ),
    )


def _sum(rows: QuerySet, name: str) -> Coalesce:
    return Coalesce(Subquery(rows.annotate(sum=Sum(name)).values("sum")), 0)


def differences() -> Iterator[str]:
    """A sentence for every stock record whose numbers do not agree; two sums in one query."""
    for record in with_sums(StockRecord.objects.all()).order_by("pk"):
        in_stock, allocated = record.num_in_stock or 0, record.num_allocated or 0
        if record.in_batches != in_stock:
            yield f"{record.partner_sku}: {in_stock} in stock, {record.in_batches} in batches."
        if record.promised != allocated:
            yield f"{record.partner_sku}: {allocated} allocated, {record.promised} in orders."
