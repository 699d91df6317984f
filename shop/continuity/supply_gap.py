"""A supply that ends before more is expected (pharmacy standards, ORD-5 and CLN-11).

Stopping some medicines suddenly is dangerous within a day or two (`stopping_suddenly` in the limits of
a medicine). So the last day on which a parcel is expected counts, never the first.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from shop import days
from shop.continuity.run_out import RunOut, run_out_of
from shop.delivery.days import first_working_day_from, handed_over_on, working_days_after
from shop.delivery.methods import Delivery, UnknownDelivery, fastest, method_called, slowest
from shop.order_statuses import UNDER_WAY, OrderStatus
from shop.prescriptions.models import Prescription, Supply
from shop.prescriptions.statuses import STANDS_FOR_PAID, UNDER_REVIEW

HOURS_OF_A_WORKING_DAY = 8


@dataclass(frozen=True)
class Gap:
    """The supply ends before ``expected_by``, the last day on which more is expected."""

    run_out: RunOut
    expected_by: datetime.date
    today: datetime.date
    prescription: Prescription

    @property
    def doses(self) -> str:
        """What runs out, as a plural: "tablets"."""
        return self.prescription.doses

    @property
    def has_run_out(self) -> bool:
        return self.run_out.last_day < self.today

    @property
    def is_overdue(self) -> bool:
        """Whether the parcel should have come already."""
        return self.expected_by < self.today


def reviewed_by(day: datetime.date) -> datetime.date:
    """The day by which a review that begins on a day has usually ended."""
    days = math.ceil(settings.REVIEW_WORKING_HOURS / HOURS_OF_A_WORKING_DAY)
    return working_days_after(day, days)


def gap_between(
    prescription: Prescription, run_out: RunOut | None, expected_by: datetime.date
) -> Gap | None:
    """The gap when the supply ends before that day, or have ended and nothing has come."""
    today = days.at_pharmacy()
    if run_out is None or run_out.last_day >= max(expected_by, today):
        return None
    return Gap(run_out, expected_by, today, prescription)


def expected_by(
    delivery: Delivery, *, ordered_on: datetime.date, with_review: bool = False
) -> datetime.date:
    """The last day on which an order of that day is expected; with the usual review before it."""
    if with_review:
        ordered_on = reviewed_by(ordered_on)
    return delivery.latest_after(handed_over_on(ordered_on))


def earliest_arrival(*, with_review: bool = False) -> datetime.date:
    """The last day on which the fastest delivery is expected, when all goes on today.

    A review that has begun is counted from today too: nobody can tell when it ends.
    """
    return expected_by(fastest(), ordered_on=days.at_pharmacy(), with_review=with_review)


def gap_of(prescription: Prescription) -> Gap | None:
    """The gap before the next supply of a prescription: on its way, or to be ordered yet."""
    order = _under_way(prescription)
    if prescription.status in UNDER_REVIEW:
        arrival = earliest_arrival(with_review=True)
        return gap_between(prescription, run_out_of(prescription, before=order), arrival)
    if order is not None and prescription.status in STANDS_FOR_PAID:
        return way_of(order).gap
    if prescription.is_usable:
        return gap_between(prescription, run_out_of(prescription), earliest_arrival())
    return None


@dataclass(frozen=True)
class Way:
    """When an order is expected (None: it will not come, or is there), and the gap before that."""

    expected_by: datetime.date | None
    gap: Gap | None = None

    @property
    def is_overdue(self) -> bool:
        return self.expected_by is not None and self.expected_by < days.at_pharmacy()


def way_of(order: Any) -> Way:
    """How an order stands; what is in it does not count before it is delivered."""
    if order.status not in UNDER_WAY:
        return Way(None)
    supplies = Supply.objects.filter(order_line__order=order, returned_at__isnull=True)
    supply = supplies.select_related("authorisation__prescription").first()
    if supply is None:
        return Way(_arrival_of(order))
    prescription = supply.authorisation.prescription
    if prescription.status not in (*STANDS_FOR_PAID, *UNDER_REVIEW):
        # Nothing leaves on it; what the customer is told of that stands on its page.
        return Way(None)
    arrival = _arrival_of(order, with_review=prescription.status in UNDER_REVIEW)
    run_out = run_out_of(prescription, before=order)
    return Way(arrival, gap_between(prescription, run_out, arrival))


def _arrival_of(order: Any, *, with_review: bool = False) -> datetime.date:
    """The last day on which an order under way is expected."""
    try:
        delivery = method_called(order.shipping_code)
    except UnknownDelivery:
        delivery = slowest()
    changes = {change.new_status: change.date_created for change in order.status_changes.all()}
    if OrderStatus.DISPATCHED in changes:
        return delivery.latest_after(days.at_pharmacy(changes[OrderStatus.DISPATCHED]))
    today = days.at_pharmacy()
    leaves = max(handed_over_on(days.at_pharmacy(order.date_placed)), first_working_day_from(today))
    if with_review:
        leaves = max(leaves, handed_over_on(reviewed_by(today)))
    return delivery.latest_after(leaves)


def _under_way(prescription: Prescription) -> Any:
    """The oldest order on a prescription of which the supply is still to come."""
    supply = (
        Supply.objects.filter(
            authorisation__prescription=prescription,
            returned_at__isnull=True,
            order_line__order__status__in=UNDER_WAY,
        )
        .select_related("order_line__order")
        .order_by("pk")
        .first()
    )
    return supply.order_line.order if supply else None
