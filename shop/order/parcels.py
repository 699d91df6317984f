"""Follows parcels: whose should be there and is not is a pharmacist's task, by the last day with enough."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from shop import days
from shop.audit.log import Subject
from shop.continuity.run_out import run_out_of
from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.prescriptions.models import Supply
from shop.sending.models import Parcel
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind
from shop.tasks.models import Task


def late(today: datetime.date | None = None) -> Any:
    """Parcels under way whose day is over; the latest first."""
    today = today or days.at_pharmacy()
    under_way = Parcel.objects.filter(delivered_at=None, order__status=OrderStatus.DISPATCHED)
    return under_way.filter(expected_by__lt=today).order_by("expected_by", "pk")


def subject_of(order: Any) -> Subject:
    """The order, as tasks name it."""
    return Subject("order", str(order.number))


def follow() -> tuple[int, int]:
    """Open a task for each late parcel, and count as delivered what is long past; how many of each."""
    asked, done = 0, 0
    for parcel in late().select_related("order"):
        if Task.objects.about(Kind.PARCEL_LATE, subject_of(parcel.order)).exists():
            done += _has_come(parcel)
        else:
            asked += _ask(parcel)
    return asked, done


def _ask(parcel: Parcel) -> int:
    """Have a pharmacist call, by the last day with enough; nobody for what needs no prescription."""
    supply = next(_supplies(parcel.order), None)
    if supply is None:
        return 0
    prescription = supply.authorisation.prescription
    run_out = run_out_of(prescription, before=parcel.order)
    with transaction.atomic():
        tasks.open(
            Kind.PARCEL_LATE,
            about=subject_of(parcel.order),
            words=_words(parcel, run_out.last_day if run_out else None),
            path=reverse("admin:prescription-review", args=[prescription.reference]),
            due=max(run_out.last_day, days.at_pharmacy()) if run_out else None,
        )
    return 1


def _supplies(order: Any) -> Iterator[Supply]:
    rows = Supply.objects.filter(order_line__order=order, returned_at__isnull=True)
    yield from rows.select_related("authorisation__prescription").order_by("pk")


def _words(parcel: Parcel, last_day: datetime.date | None) -> str:
    words = _("Order %(number)s was expected by %(day)s (%(parcel)s).") % {
        "number": parcel.order.number,
        "day": date_format(parcel.expected_by, "j F Y"),
        "parcel": parcel,
    }
    if last_day is None:
        return words
    enough = _("The patient has enough until %(day)s.") % {"day": date_format(last_day, "j F Y")}
    return f"{words} {enough}"


def _has_come(parcel: Parcel) -> int:
    """Count it as delivered so many days later, unless somebody still looks for it."""
    open_ones = Task.objects.about(Kind.PARCEL_LATE, subject_of(parcel.order)).still_open()
    past = parcel.expected_by + datetime.timedelta(days=settings.DELIVERED_AFTER_DAYS)
    if open_ones.exists() or past >= days.at_pharmacy():
        return 0
    order = Order.objects.get(pk=parcel.order_id)
    try:
        EventHandler().handle_order_status_change(order, OrderStatus.COMPLETE)
    except InvalidOrderStatus:
        return 0
    return 1
