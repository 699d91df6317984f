"""What the lists of orders show of each."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from shop.dashboard.dispensing.opening import PAGES
from shop.order_statuses import LEFT

register = template.Library()


@register.filter
def short_name(name: str) -> str:
    """ "U. Underwood": a list is read over shoulders, and the whole name stands on the order."""
    first, _, rest = name.rpartition(" ")
    return f"{first[:1]}. {rest}" if first else rest


@register.filter
def page_of(order: Any, step: str) -> str:
    """Where the step of a list is done; elsewhere to the order, which leads on."""
    if step in PAGES:
        return reverse(PAGES[step], args=[order.number])
    if order.status in LEFT:
        return reverse("dashboard:order-detail", kwargs={"number": order.number})
    return reverse("dispensing:dispense", args=[order.number])
