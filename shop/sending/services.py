"""Gives a parcel its carrier and number, and notes that it came; whoever calls holds the order."""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidOrderStatus

from shop import days
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import log, states
from shop.delivery.methods import UnknownDelivery, method_called, slowest
from shop.sending.models import Carrier, Parcel

# Letters and digits, without the blanks that people and scanners put in between.
WRITTEN = re.compile(r"[A-Z0-9-]{6,40}")


class NotSent(InvalidOrderStatus):
    """It does not leave: carrier or number is missing, or cannot be one. Says why."""


def plain(number: str) -> str:
    """A number as it is kept; raises NotSent for what is none."""
    written = re.sub(r"\s+", "", number).upper()
    if not WRITTEN.fullmatch(written):
        raise NotSent(_("Scan or type the carrier’s number: letters and digits, six or more."))
    return written


def carrier_for(number: str) -> Carrier | None:
    """The one carrier in use that knows the number; None where none does, or several."""
    known = [carrier for carrier in Carrier.objects.in_use() if carrier.knows(number)]
    return known[0] if len(known) == 1 else None


def address(order: Any, *, carrier: Carrier, number: str, by: User | None) -> Parcel:
    """Write down with whom the order goes; `record` follows. Raises NotSent."""
    if by is None:
        raise NotSent(_("Nobody has given it to a carrier."))
    if Parcel.objects.filter(order=order).exists():
        raise NotSent(_("It has its number already."))
    return Parcel.objects.create(
        order=order, carrier=carrier, number=plain(number), expected_by=expected_by(order), by=by
    )


def record(parcel: Parcel, *, by: User) -> None:
    """Let the log know, as the last thing of the transaction."""
    details = {"order": parcel.order.number}
    states.record(parcel, "parcel.send", actor=actor_of(by), details=details)


def expected_by(order: Any) -> Any:
    """The last day on which an order that leaves today should be there."""
    try:
        delivery = method_called(order.shipping_code)
    except UnknownDelivery:
        delivery = slowest()
    return delivery.latest_after(days.at_pharmacy())


def must_be_addressed(order: Any) -> None:
    """Raises NotSent unless a carrier takes it under a number: it was sold as tracked."""
    if not Parcel.objects.filter(order=order).exists():
        raise NotSent(_("It has no carrier and number yet. Send it on its own page."))


def parcel_of(order: Any) -> Parcel | None:
    """What left for the order; None for one that is here, or that left before parcels were kept."""
    return Parcel.objects.filter(order=order).select_related("carrier", "by").first()


def note_delivered(order: Any, *, by: User | None) -> None:
    """Write down that it came: somebody says so, or so many days have passed."""
    parcel = Parcel.objects.filter(order=order, delivered_at=None).first()
    if parcel is None:
        return
    actor, details = (actor_of(by) if by else log.SYSTEM), {"order": order.number}
    with states.changing(parcel, action="parcel.deliver", actor=actor, details=details):
        parcel.delivered_at, parcel.delivered_by = timezone.now(), by
        parcel.save(update_fields=("delivered_at", "delivered_by"))
