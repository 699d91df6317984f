"""Enters what left before there was a register, or while an older version of the shop still ran."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from oscar.apps.order.models import Order, OrderStatusChange

from shop.prescriptions.models import Supply
from shop.register import services
from shop.vault.sealing import VaultError

DISPATCHED = "Dispatched"
LEFT = (DISPATCHED, "Complete")


def enter_past_supplies() -> Iterator[tuple[str, int, str]]:
    """Enter what is missing, oldest first: for each order its number, how many, and what is wrong."""
    missing = list(_missing_orders())
    moves = OrderStatusChange.objects.filter(order__in=missing, new_status=DISPATCHED)
    for move in moves.order_by("date_created", "pk").select_related("order"):
        try:
            with transaction.atomic():
                order = Order.objects.select_for_update().get(pk=move.order_id)
                entries = services.enter(order, by=None, moment=move.date_created)
            yield order.number, len(entries), ""
        except VaultError as error:
            yield move.order.number, 0, str(error)
    for order in Order.objects.filter(pk__in=missing).exclude(
        status_changes__new_status=DISPATCHED
    ):
        yield order.number, 0, "the day on which it left is not known"


def _missing_orders() -> QuerySet[Supply, int]:
    supplies = Supply.objects.filter(
        order_line__order__status__in=LEFT, returned_at__isnull=True, register_entry__isnull=True
    )
    return supplies.values_list("order_line__order", flat=True).distinct()
