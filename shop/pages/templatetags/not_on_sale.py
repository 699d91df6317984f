"""What the cart says before the checkout would refuse it."""

from __future__ import annotations

from typing import Any

from django import template

from shop.placing import gate
from shop.placing.refusals import Refused

register = template.Library()


@register.simple_tag
def not_on_sale(basket: Any) -> str:
    """Why something in the cart cannot be ordered at present; empty when all of it can."""
    try:
        gate.check_on_sale(basket.all_lines())
    except Refused as refusal:
        return refusal.message
    return ""
