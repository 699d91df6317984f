"""How far an order has got, for the customer's eyes."""

from __future__ import annotations

from typing import Any

from django import template

from shop.order_statuses import FIRST, LEFT, STEPS
from shop.settling import refunding

register = template.Library()
# Whether its customer may still take the order back.
register.filter("may_be_cancelled", refunding.is_untouched)


@register.simple_tag
def order_steps(order: Any) -> list[dict[str, Any]]:
    """The steps of an order for components/timeline.html; none when it left the usual way."""
    statuses = [status for status, step in STEPS.items() if step.title]
    if order.status not in statuses:
        return []
    reached_at = {change.new_status: change.date_created for change in order.status_changes.all()}
    reached_at[FIRST] = order.date_placed
    number_done = statuses.index(order.status) + (not STEPS[order.status].goes_on)
    steps = []
    for number, status in enumerate(statuses):
        done = number < number_done
        steps.append(
            {
                "title": STEPS[status].title,
                "status": "done" if done else "now" if number == number_done else "todo",
                "when": reached_at.get(status) if done else None,
                "note": "" if done else STEPS[status].note,
            }
        )
    return steps


@register.filter
def has_left(order: Any) -> bool:
    """Whether the parcel has left the pharmacy."""
    return order.status in LEFT
