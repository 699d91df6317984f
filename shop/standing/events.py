"""What can happen to a paid order, and what becomes of it: event × status of the order, as data."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.order_statuses import OrderStatus


class Fate(TextChoices):
    """What becomes of an order; the later ones are the stronger."""

    NOTHING = "nothing", _("nothing changes")
    GOES_ON = "goes_on", _("goes on as it was paid")
    GOES_WITHOUT = "goes_without", _("goes on without the packs that were paid back")
    SPEAKS = "speaks", _("has left: a pharmacist speaks to the patient")
    WAITS = "waits", _("waits, and must not leave")
    ASKS = "asks", _("waits until a pharmacist answers for it")
    ENDS = "ends", _("is cancelled, and all money goes back")

    @property
    def stops(self) -> bool:
        """Whether the order must not leave."""
        return self in STOPS

    @property
    def strength(self) -> int:
        return list(Fate).index(self)


STOPS = (Fate.WAITS, Fate.ASKS, Fate.ENDS)


class Event(TextChoices):
    """What happened; in the words of staff."""

    REOPENED = "reopened", _("the prescription is being checked again")
    APPROVED_ANEW = "approved_anew", _("the prescription was approved anew")
    APPROVED_OTHER = "approved_other", _("the approval now in force does not cover it")
    ENDED = "ended", _("its strength is approved no longer")
    EXPIRED = "expired", _("the approval has run out")
    USED_UP = "used_up", _("all that was approved is supplied")
    LATE = "late", _("it was paid so long ago that the prescription would be out of date")
    ANSWERS_CHANGED = (
        "answers_changed",
        _("the patient's answers changed after the approval ran out"),
    )
    REFUSED = "refused", _("a pharmacist has refused the prescription")
    WITHDRAWN = "withdrawn", _("a pharmacist has withdrawn the prescription")
    TAKEN_BACK = "taken_back", _("the customer has taken the prescription back")
    SAID_NO = "said_no", _("a pharmacist has decided that it must not leave")
    PATIENT_REMOVED = "patient_removed", _("the customer has removed the patient")
    SIGNATURE_WITHDRAWN = (
        "signature_withdrawn",
        _("the superintendent has taken back the signature under the text about it"),
    )
    PAYING_BACK = "paying_back", _("money of it is being paid back")
    LINE_PAID_BACK = "line_paid_back", _("the money of a line was paid back")
    PART_PAID_BACK = (
        "part_paid_back",
        _("money worth a pack was paid back, and not all packs of one line"),
    )
    ALL_PAID_BACK = "all_paid_back", _("the money of every pack was paid back")
    DISPUTED = "disputed", _("the customer's bank disputes the payment")
    NOT_IN_LOG = "not_in_log", _("the audit log does not know its approval; approve it anew")
    ORDER_NOT_IN_LOG = (
        "order_not_in_log",
        _("the order is not as the audit log says; tell the superintendent, and cancel it"),
    )
    PAYMENT_NOT_IN_LOG = (
        "payment_not_in_log",
        _(
            "its payment is not as the audit log says; compare it with Stripe, and tell the superintendent"
        ),
    )
    NO_SUPPLY = "no_supply", _("no prescription covers it")


@dataclass(frozen=True)
class Row:
    """What becomes of an order in each of its statuses, and what its customer reads of why."""

    paid: Fate
    dispensing: Fate
    dispatched: Fate = Fate.NOTHING
    complete: Fate = Fate.NOTHING
    cancelled: Fate = Fate.NOTHING
    told: str | Promise = ""

    def fate(self, status: OrderStatus) -> Fate:
        fates = {
            OrderStatus.PAID: self.paid,
            OrderStatus.DISPENSING: self.dispensing,
            OrderStatus.DISPATCHED: self.dispatched,
            OrderStatus.COMPLETE: self.complete,
            OrderStatus.CANCELLED: self.cancelled,
        }
        return fates[status]


_CHECKED_AGAIN = _("A pharmacist checks your prescription again.")
_OTHER = _("What the pharmacist now allows is not what you paid for.")
_BACK = _("A part of your money was paid back.")

TABLE: dict[Event, Row] = {
    Event.REOPENED: Row(Fate.WAITS, Fate.WAITS, told=_CHECKED_AGAIN),
    Event.APPROVED_ANEW: Row(Fate.GOES_ON, Fate.GOES_ON),
    Event.APPROVED_OTHER: Row(Fate.ASKS, Fate.ASKS, Fate.SPEAKS, told=_OTHER),
    Event.ENDED: Row(Fate.ASKS, Fate.ASKS, Fate.SPEAKS, told=_OTHER),
    Event.EXPIRED: Row(Fate.GOES_ON, Fate.GOES_ON),
    Event.USED_UP: Row(Fate.GOES_ON, Fate.GOES_ON),
    Event.LATE: Row(Fate.ASKS, Fate.ASKS, told=_("You paid for it a long time ago.")),
    Event.ANSWERS_CHANGED: Row(Fate.ASKS, Fate.ASKS, told=_("You changed your answers.")),
    Event.REFUSED: Row(
        Fate.ENDS,
        Fate.ENDS,
        Fate.SPEAKS,
        told=_("A pharmacist has checked your prescription again and cannot approve it."),
    ),
    Event.WITHDRAWN: Row(
        Fate.ENDS,
        Fate.ENDS,
        Fate.SPEAKS,
        told=_("A pharmacist has withdrawn the approval of your prescription."),
    ),
    Event.TAKEN_BACK: Row(Fate.ENDS, Fate.ENDS, told=_("You have taken your prescription back.")),
    Event.SAID_NO: Row(
        Fate.ENDS,
        Fate.ENDS,
        Fate.SPEAKS,
        told=_("A pharmacist has decided that this order must not be sent."),
    ),
    Event.PATIENT_REMOVED: Row(
        Fate.ASKS, Fate.ASKS, told=_("You have taken the patient off your list.")
    ),
    Event.SIGNATURE_WITHDRAWN: Row(
        Fate.ASKS,
        Fate.ASKS,
        told=_("The pharmacy is checking what it says about what you ordered."),
    ),
    Event.PAYING_BACK: Row(
        Fate.WAITS, Fate.WAITS, told=_("Money of this order is being paid back to your card.")
    ),
    Event.LINE_PAID_BACK: Row(
        Fate.GOES_WITHOUT, Fate.GOES_WITHOUT, told=_("The money of a part of it was paid back.")
    ),
    Event.PART_PAID_BACK: Row(Fate.WAITS, Fate.WAITS, told=_BACK),
    Event.ALL_PAID_BACK: Row(
        Fate.ENDS, Fate.ENDS, told=_("The money of what you ordered was paid back.")
    ),
    Event.DISPUTED: Row(
        Fate.WAITS, Fate.WAITS, told=_("Your bank has asked for the money of this order back.")
    ),
    Event.NOT_IN_LOG: Row(Fate.WAITS, Fate.WAITS, told=_CHECKED_AGAIN),
    Event.ORDER_NOT_IN_LOG: Row(Fate.WAITS, Fate.WAITS, told=_CHECKED_AGAIN),
    Event.PAYMENT_NOT_IN_LOG: Row(Fate.WAITS, Fate.WAITS, told=_CHECKED_AGAIN),
    Event.NO_SUPPLY: Row(Fate.WAITS, Fate.WAITS, told=_CHECKED_AGAIN),
}


def fate_of(event: Event, status: str) -> Fate:
    """What becomes of an order with this status."""
    return TABLE[event].fate(OrderStatus(status))
