"""Work lists of orders: to dispense, to check, to send, stuck and late; and the search among all orders."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from oscar.apps.order.models import Order

from shop.dispensing.models import Check, Dispensing
from shop.order import parcels
from shop.order_statuses import UNDER_WAY, OrderStatus
from shop.prescriptions.models import Supply
from shop.tasks.kinds import Kind
from shop.tasks.models import Task

DISPENSE, CHECK, SEND = "dispense", "check", "send"
STUCK, LATE = "stuck", "late"
STEPS = {DISPENSE: _("To dispense"), CHECK: _("To check"), SEND: _("To send")}
LISTS = {**STEPS, STUCK: _("Stuck"), LATE: _("Late")}
# What keeps an order here until somebody has decided.
STOPS = (Kind.ORDER_STOPPED, Kind.ORDER_PART_PAID_BACK)
LEAST_DIGITS = 5

_MADE = Dispensing.objects.open().filter(order=OuterRef("pk"))
_CHECKED = Check.objects.filter(dispensing__order=OuterRef("pk"), dispensing__ended_at=None)


def orders(step: str) -> QuerySet[Any]:
    """Those that are at the step; the oldest first."""
    here = Order.objects.filter(status__in=(OrderStatus.PAID, OrderStatus.DISPENSING))
    at = {
        DISPENSE: here.filter(~Exists(_MADE)),
        CHECK: here.filter(Exists(_MADE), ~Exists(_CHECKED)),
        SEND: here.filter(Exists(_CHECKED)),
    }
    return at[step].order_by("date_placed", "pk")


def waiting(name: str) -> QuerySet[Any]:
    """The orders of a list; those that are stuck wait for nobody here."""
    stuck = Task.objects.still_open().filter(kind__in=STOPS, subject_type="order")
    numbers = stuck.values("subject_key")
    if name == STUCK:
        stopped = Order.objects.filter(status__in=UNDER_WAY, number__in=numbers)
        return stopped.order_by("date_placed", "pk")
    if name == LATE:
        found = Order.objects.filter(parcel__in=parcels.late())
        return found.annotate(expected_by=F("parcel__expected_by")).order_by("expected_by", "pk")
    return orders(name).exclude(number__in=numbers)


def step_of(order: Any) -> str:
    """At which step one order is; empty where it has left or was cancelled."""
    return next((step for step in STEPS if orders(step).filter(pk=order.pk).exists()), "")


def found(words: str) -> QuerySet[Any]:
    """Orders by number, name, mail, prescription or telephone, the newest first."""
    return Order.objects.filter(_is_said(words.strip())).order_by("-date_placed", "-pk")


def _is_said(words: str) -> Q:
    supplied = Supply.objects.filter(authorisation__prescription__reference=words.upper()).values(
        "order_line__order"
    )
    said = Q(number=words) | Q(user__email__icontains=words) | Q(pk__in=supplied)
    digits = re.sub(r"\D", "", words)
    if len(digits) >= LEAST_DIGITS:
        said |= Q(shipping_address__phone_number__icontains=digits)
    return said | _is_named(words)


def _is_named(words: str) -> Q:
    """Every word stands in the name of who ordered or of who gets the parcel."""
    named = Q()
    for word in words.split():
        named &= (
            Q(user__first_name__icontains=word)
            | Q(user__last_name__icontains=word)
            | Q(shipping_address__first_name__icontains=word)
            | Q(shipping_address__last_name__icontains=word)
        )
    return named
