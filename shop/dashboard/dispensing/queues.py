"""Which orders wait to be dispensed, to be checked and to be sent; the oldest first."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from oscar.apps.order.models import Order

from shop.dispensing.models import Check, Dispensing
from shop.order_statuses import OrderStatus

DISPENSE, CHECK, SEND = "dispense", "check", "send"
STEPS = {DISPENSE: _("To dispense"), CHECK: _("To check"), SEND: _("To send")}

_MADE = Dispensing.objects.open().filter(order=OuterRef("pk"))
_CHECKED = Check.objects.filter(dispensing__order=OuterRef("pk"), dispensing__ended_at=None)


def orders(step: str) -> QuerySet[Any]:
    """Those that wait for the step."""
    here = Order.objects.filter(status__in=(OrderStatus.PAID, OrderStatus.DISPENSING))
    waiting = {
        DISPENSE: here.filter(~Exists(_MADE)),
        CHECK: here.filter(Exists(_MADE), ~Exists(_CHECKED)),
        SEND: here.filter(Exists(_CHECKED)),
    }
    return waiting[step].order_by("date_placed", "pk")


def step_of(order: Any) -> str:
    """For which step one order waits; empty where it has left or was cancelled."""
    return next((step for step in STEPS if orders(step).filter(pk=order.pk).exists()), "")
