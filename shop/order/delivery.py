"""How an order travels, and what that costs."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from oscar.apps.shipping.methods import Base, FixedPrice


class StandardDelivery(FixedPrice):
    code = "standard"
    name = _("Standard delivery, tracked")
    description = _("3 to 5 working days after a pharmacist has checked and packed your order")
    charge_excl_tax = Decimal("4.90")
    charge_incl_tax = Decimal("4.90")


class ExpressDelivery(FixedPrice):
    code = "express"
    name = _("Express delivery, tracked")
    description = _("1 to 2 working days after a pharmacist has checked and packed your order")
    charge_excl_tax = Decimal("12.50")
    charge_incl_tax = Decimal("12.50")


METHODS: tuple[type[Base], ...] = (StandardDelivery, ExpressDelivery)


class UnknownDelivery(Exception):
    """No such way of delivery."""


def methods() -> list[Base]:
    """The ways an order can travel, the cheapest first."""
    return [method() for method in METHODS]


def method_called(code: str) -> Base:
    """The way of delivery with this code; raises UnknownDelivery."""
    for method in METHODS:
        if method.code == code:
            return method()
    raise UnknownDelivery(code)
