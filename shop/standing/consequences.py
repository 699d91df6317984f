"""Names the paid orders of a prescription that have not come to their end, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from oscar.apps.order.models import Order

from shop.order_statuses import LEFT, UNDER_WAY, OrderStatus
from shop.prescriptions.models import Prescription
from shop.standing.events import Event, Fate, fate_of
from shop.standing.question import obstacles_of

BEFORE_LEAVING = tuple(status for status in UNDER_WAY if status not in LEFT)


def orders_on(prescription: Prescription) -> QuerySet[Order]:
    """The orders under way that a prescription's supplies are for, the oldest first."""
    orders = Order.objects.filter(
        lines__supply__authorisation__prescription=prescription,
        lines__supply__returned_at__isnull=True,
        status__in=UNDER_WAY,
    )
    return orders.distinct().order_by("pk")


def asked_about(prescription: Prescription) -> list[Order]:
    """The orders on it that wait for a pharmacist's answer: until then each may still leave."""
    return [
        order
        for order in orders_on(prescription)
        if any(each.fate == Fate.ASKS for each in obstacles_of(order))
    ]


def if_it_happens(prescription: Prescription, event: Event) -> list[str]:
    """What becomes of each order when that happens, in words; nothing is changed."""
    return [named(order, fate_of(event, order.status)) for order in orders_on(prescription)]


def as_it_is(orders: Iterable[Order]) -> list[str]:
    """What becomes of each order by all that happened to it until now."""
    return [named(order, _strongest(order)) for order in _anew(orders)]


def named(order: Any, fate: Fate) -> str:
    """The order, with what becomes of it."""
    words = _("Order %(number)s (%(status)s): %(fate)s.")
    return words % {"number": order.number, "status": order.status, "fate": fate.label}


def _anew(orders: Iterable[Order]) -> list[Order]:
    return list(Order.objects.filter(pk__in=[order.pk for order in orders]).order_by("pk"))


def _strongest(order: Any) -> Fate:
    if order.status == OrderStatus.CANCELLED:
        return Fate.ENDS
    fates = [each.fate for each in obstacles_of(order)]
    return max(fates, key=lambda fate: fate.strength, default=Fate.GOES_ON)
