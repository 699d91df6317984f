"""What the customer of an order that stops is told: what happened, what of the money, what to do."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from shop.mailing import outbox
from shop.patients.models import Patient
from shop.prescriptions.models import Supply
from shop.standing.events import TABLE, Event


def tell_waits(order: Any, event: Event, *, key: str) -> None:
    """Tell that the order is not sent yet, and why."""
    _queue("order_waits", order, event, key=key)


def tell_ended(order: Any, event: Event) -> None:
    """Tell that nothing will come, why, and that the money goes back."""
    _queue("order_ended", order, event, key=order.number)


def tell_part_ended(order: Any, line: Any) -> None:
    """Tell that a line does not come, because its money goes back."""
    _queue("order_part_ended", order, Event.LINE_PAID_BACK, key=f"{order.number}-{line.pk}")


def _queue(code: str, order: Any, event: Event, *, key: str) -> None:
    outbox.queue(
        code,
        key=key,
        user=order.user,
        path=reverse("customer:order", kwargs={"order_number": order.number}),
        label=order.number,
        words=str(TABLE[event].told),
        patient=_patient_of(order),
    )


def _patient_of(order: Any) -> Patient | None:
    """Also of an order whose supplies were given back."""
    supplied = Supply.objects.filter(order_line__order=order).order_by("pk")
    first = supplied.select_related("authorisation__prescription__patient").first()
    return first.authorisation.prescription.patient if first else None
