"""Corrects where a paid order goes: before it leaves, and within the country it was checked for."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order, OrderNote, ShippingAddress

from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import states
from shop.order import emails
from shop.order_statuses import OrderStatus
from shop.payments import attempts
from shop.payments.models import PaymentAttempt

# While the parcel is still here.
CORRECTABLE = (OrderStatus.PAID, OrderStatus.DISPENSING)


@transaction.atomic
def correct_address(order: Order, fields: dict[str, Any], *, by: User, note: str) -> None:
    """Write the corrected ``fields`` of the address, for the label, and tell the customer.

    Raises InvalidOrderStatus once the order has left or was cancelled. The fields are those of a
    valid form; the country is none of them.
    """
    _lock(order)
    address = ShippingAddress.objects.get(pk=order.shipping_address_id)
    changed = [name for name, value in fields.items() if getattr(address, name) != value]
    if not changed:
        return
    with states.changing(
        order,
        action="order.correct_address",
        actor=actor_of(by),
        details={"fields": sorted(changed)},
    ):
        _write(order, address, {name: fields[name] for name in changed}, by=by, note=note)


def _write(
    order: Order, address: ShippingAddress, fields: dict[str, Any], *, by: User, note: str
) -> None:
    words = _("Address corrected: %(note)s (it was: %(was)s)")
    noted = order.notes.create(
        note_type=OrderNote.SYSTEM,
        user=by,
        message=words % {"note": note, "was": address.summary},
    )
    for name, value in fields.items():
        setattr(address, name, value)
    address.save()
    emails.tell_address_corrected(order, change=noted.pk)


def _lock(order: Order) -> None:
    """The attempt first, then the order: the same way round as whoever moves it."""
    attempt = PaymentAttempt.objects.filter(order=order).first()
    if attempt is not None:
        attempts.lock(attempt)
    now = Order.objects.select_for_update().get(pk=order.pk)
    if now.status not in CORRECTABLE:
        raise InvalidOrderStatus(
            _("The order is “%(status)s”, so its address stays as it is.") % {"status": now.status}
        )
