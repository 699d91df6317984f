"""Why a paid order is not sent yet, or never, for its customer."""

from __future__ import annotations

from typing import Any

from django import template

from shop.order.emails import why_cancelled
from shop.standing.events import TABLE
from shop.standing.question import stops_of

register = template.Library()


@register.simple_tag
def why_order_waits(order: Any) -> str:
    """The strongest reason in plain words; empty while nothing stops the order."""
    stops = stops_of(order)
    return str(TABLE[stops[0].event].told) if stops else ""


# In the words of the message that told it.
register.simple_tag(why_cancelled, name="why_order_ended")
