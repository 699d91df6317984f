"""The life cycle of an order, as data, and the words for each step. Settings read it: no models here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class OrderStatus(StrEnum):
    """What an order, and each of its lines, is called in Oscar's tables; in the order of its life."""

    PAID = "Paid"
    DISPENSING = "Dispensing"
    DISPATCHED = "Dispatched"
    COMPLETE = "Complete"
    CANCELLED = "Cancelled"


@dataclass(frozen=True)
class Step:
    """What may follow a status, what it takes to get there, and what its customer reads."""

    then: tuple[OrderStatus, ...] = ()
    title: str | Promise = ""
    # The same while an order is on its way there.
    ahead: str | Promise = ""
    note: str | Promise = ""
    # Whether the step is still going on while an order has the status.
    goes_on: bool = False
    # Whether prescription and payment must stand for an order to get there.
    is_guarded: bool = False
    # Whether the packs have left the pharmacy.
    has_left: bool = False


# An order exists only once its card is authorised, so it starts as paid.
FIRST = OrderStatus.PAID
STEPS = {
    OrderStatus.PAID: Step(
        then=(OrderStatus.DISPENSING, OrderStatus.CANCELLED),
        title=_("Paid"),
        note=_("Your card is authorised; the order is with the pharmacy."),
    ),
    OrderStatus.DISPENSING: Step(
        then=(OrderStatus.DISPATCHED, OrderStatus.CANCELLED),
        title=_("Packed by the pharmacy"),
        ahead=_("Packing at the pharmacy"),
        note=_("A pharmacist checks every pack."),
        goes_on=True,
        is_guarded=True,
    ),
    OrderStatus.DISPATCHED: Step(
        then=(OrderStatus.COMPLETE,),
        title=_("Sent"),
        ahead=_("Ready to be sent"),
        note=_("Tracked, in plain packaging."),
        is_guarded=True,
        has_left=True,
    ),
    OrderStatus.COMPLETE: Step(title=_("Delivered"), ahead=_("On its way to you"), has_left=True),
    OrderStatus.CANCELLED: Step(),
}

UNDER_WAY = tuple(status for status, step in STEPS.items() if step.then)
FINISHED = tuple(status for status, step in STEPS.items() if not step.then)
GUARDED = tuple(status for status, step in STEPS.items() if step.is_guarded)
LEFT = tuple(status for status, step in STEPS.items() if step.has_left)
