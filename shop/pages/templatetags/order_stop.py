"""Why a paid order is not sent yet, for its customer."""

from __future__ import annotations

from typing import Any

from django import template

from shop.standing.events import TABLE
from shop.standing.question import stops_of

register = template.Library()


@register.simple_tag
def why_order_waits(order: Any) -> str:
    """The strongest reason in plain words; empty while nothing stops the order."""
    stops = stops_of(order)
    return str(TABLE[stops[0].event].told) if stops else ""
