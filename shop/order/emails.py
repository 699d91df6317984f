"""Messages about an order: the patient's name, a link, and no medicine's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from shop.mailing import outbox
from shop.mailing.models import Email
from shop.order.patients import patient_of
from shop.sending.services import parcel_of

if TYPE_CHECKING:
    from oscar.apps.order.models import Order


def tell_order_placed(order: Order) -> None:
    """Send the order's number and a link."""
    _queue("order_placed", order)


def tell_order_dispatched(order: Order) -> None:
    """Say that the parcel is on its way: with whom, under which number, and by when."""
    parcel = parcel_of(order)
    if parcel is None:
        _queue("order_dispatched", order)
        return
    words = _("It goes with %(carrier)s, number %(number)s: %(link)s") % {
        "carrier": parcel.carrier,
        "number": parcel.number,
        "link": parcel.link,
    }
    _queue("order_dispatched", order, words=words, until=parcel.expected_by)


def tell_order_cancelled(order: Order, *, why: str | Promise) -> None:
    """Say that nothing will come, why in a sentence, and that the money goes back."""
    _queue("order_cancelled", order, words=str(why))


def tell_address_corrected(order: Order, *, change: int) -> None:
    """Say that the parcel goes to a corrected address; ``change`` tells one from the next."""
    _queue("order_address", order, key=f"{order.number}-{change}")


def why_cancelled(order: Order) -> str:
    """What its customer was told of why; empty for an order of a shop that told no reason yet."""
    told = Email.objects.filter(
        code__in=("order_ended", "order_cancelled"), key=order.number, user=order.user
    )
    return told.exclude(words="").values_list("words", flat=True).first() or ""


def _queue(code: str, order: Order, *, key: str = "", **more: Any) -> None:
    outbox.queue(
        code,
        key=key or order.number,
        user=order.user,
        path=reverse("customer:order", kwargs={"order_number": order.number}),
        label=order.number,
        patient=patient_of(order),
        **more,
    )
