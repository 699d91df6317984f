"""What the cart says before the card page would refuse it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from shop.delivery import methods as delivery
from shop.payments import money

register = template.Library()


@register.simple_tag
def least_payment(basket: Any) -> Decimal | None:
    """The least that can be paid by card, when the cart with the cheapest delivery comes to less."""
    cheapest = min(method.calculate(basket).incl_tax for method in delivery.methods())
    least = money.least(basket.currency)
    return least if basket.total_incl_tax + cheapest < least else None
