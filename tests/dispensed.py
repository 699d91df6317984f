"""Dispenses an order and has it checked, by two people and through the shop's own services."""

from __future__ import annotations

from typing import Any

from oscar.apps.order.models import Order

from shop.accounts.models import User
from shop.dispensing import labels, rights, services
from shop.dispensing.models import Check, Dispensing, Point
from shop.dispensing.picking import Picked
from shop.dispensing.services import Looked
from shop.order.processing import EventHandler
from shop.sending import services as sending
from shop.sending.models import Carrier, Parcel
from tests.conftest import let_the_log_know, make_pharmacist

POINTS = tuple(Point)


def scans_for(order: Any) -> dict[int, list[Picked]]:
    """Every pack of the order, as its own code says."""
    return {
        item.line: [Picked(item.line, item.sku)] * item.packs
        for item in services.contents_of(order).items
    }


def labels_for(order: Any) -> list[str]:
    """The code of every label that is printed for it."""
    return labels.codes_of(order, services.contents_of(order))


def somebody_else(*, than: User) -> User:
    """A pharmacist who is here already, or one who comes for this."""
    for user in User.objects.filter(is_staff=True).exclude(pk=than.pk).order_by("pk"):
        if user.is_pharmacist:
            return user
    return make_pharmacist("checker@example.com", number="70007")


def whoever_dispenses() -> User:
    for user in User.objects.filter(is_staff=True, is_superuser=False).order_by("pk"):
        if rights.may_dispense(user):
            return user
    return make_pharmacist("dispenser@example.com", number="70008")


def dispense(order: Any, *, by: User | None = None) -> Dispensing:
    """Pick every pack and hand it to the check."""
    now = Order.objects.get(pk=order.pk)
    return EventHandler(user=by or whoever_dispenses()).make_up(now, scans=scans_for(now))


def check(order: Any, *, by: User | None = None) -> Check:
    """Have somebody else look at what was dispensed."""
    now = Order.objects.get(pk=order.pk)
    made = services.current(now)
    assert made is not None
    checker = by or somebody_else(than=made.by)
    return EventHandler(user=checker).check(
        now, Looked(seen=made.uuid, compared=POINTS, scans=scans_for(now), labels=labels_for(now))
    )


def carrier() -> Carrier:
    """One whose numbers are ten digits."""
    known = Carrier.objects.filter(name="Post of the tests").first()
    if known is None:
        link = "https://post.example/{number}"
        known = Carrier.objects.create(name="Post of the tests", link=link, pattern=r"\d{10}")
        let_the_log_know(known)
    return known


def addressed(order: Any, *, by: User | None = None) -> Parcel:
    """With a carrier and its number, unless it has one."""
    now = Order.objects.get(pk=order.pk)
    parcel = sending.parcel_of(now)
    if parcel is None:
        who = by or whoever_dispenses()
        parcel = sending.address(now, carrier=carrier(), number="1234567890", by=who)
        sending.record(parcel, by=who)
    return parcel


def made_ready(order: Any) -> None:
    """Dispense, check and address the order, unless that is done and stands; the copy in hand knows its status.

    Raises InvalidOrderStatus where it may not be.
    """
    now = Order.objects.get(pk=order.pk)
    made = services.current(now)
    if made is None or not services.stands(made, services.contents_of(now)):
        dispense(now)
        made = services.current(now)
    if made and made.checked is None:
        check(now)
    addressed(now)
    order.refresh_from_db(fields=("status",))


def dispatch(order: Any, *, by: User | None = None) -> None:
    """Dispense, check and send it."""
    made_ready(order)
    EventHandler(user=by).handle_order_status_change(order, "Dispatched")
