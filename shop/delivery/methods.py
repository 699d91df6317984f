"""How an order travels, how long that takes, and what it costs."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.shipping.methods import FixedPrice

from shop.delivery.days import A_DAY, handed_over_on, working_days_after


class Delivery(FixedPrice):
    """A way that takes between ``fewest_days`` and ``most_days`` working days."""

    fewest_days: int
    most_days: int

    @property
    def description(self) -> str:
        """What the customer reads of it."""
        return _(
            "%(fewest)s to %(most)s working days after a pharmacist has checked and packed your order"
        ) % {"fewest": self.fewest_days, "most": self.most_days}

    def latest_after(self, handed_over: datetime.date) -> datetime.date:
        """The last day on which a parcel handed over on a day is expected."""
        return working_days_after(handed_over, self.most_days)


class StandardDelivery(Delivery):
    code = "standard"
    name = gettext_lazy("Standard delivery, tracked")
    fewest_days, most_days = 3, 5
    charge_excl_tax = charge_incl_tax = Decimal("4.90")


class ExpressDelivery(Delivery):
    code = "express"
    name = gettext_lazy("Express delivery, tracked")
    fewest_days, most_days = 1, 2
    charge_excl_tax = charge_incl_tax = Decimal("12.50")


class UnknownDelivery(Exception):
    """No such way of delivery."""


def methods() -> list[Delivery]:
    """The ways an order can travel, the cheapest first."""
    return [StandardDelivery(), ExpressDelivery()]


def method_called(code: str) -> Delivery:
    """The way of delivery with this code; raises UnknownDelivery."""
    for method in methods():
        if method.code == code:
            return method
    raise UnknownDelivery(code)


def fastest() -> Delivery:
    """The way that is expected first, counted by its last day."""
    return min(methods(), key=lambda method: method.most_days)


def slowest() -> Delivery:
    """The way that may take longest."""
    return max(methods(), key=lambda method: method.most_days)


def longest_wait() -> int:
    """The most days from an order to the last day on which it is expected, weekends included."""
    week = [datetime.date(2026, 11, 2) + number * A_DAY for number in range(7)]
    return max((slowest().latest_after(handed_over_on(day)) - day).days for day in week)
