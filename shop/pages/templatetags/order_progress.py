"""How far an order has got, for the customer's eyes."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext

from shop.order_statuses import FIRST, LEFT, STEPS, OrderStatus
from shop.sending.services import parcel_of
from shop.settling import refunding

register = template.Library()
# Whether its customer may still take the order back.
register.filter("may_be_cancelled", refunding.is_untouched)


@register.simple_tag
def order_steps(order: Any, *, waits: str = "") -> list[dict[str, Any]]:
    """The steps of an order for components/timeline.html; none when it left the usual way.

    ``waits`` says why it does not go on for now.
    """
    statuses = [status for status, step in STEPS.items() if step.title]
    if order.status not in statuses:
        return []
    reached_at = {change.new_status: change.date_created for change in order.status_changes.all()}
    reached_at[FIRST] = order.date_placed
    notes = {status: step.note for status, step in STEPS.items()}
    parcel = parcel_of(order)
    if parcel is not None:
        notes[OrderStatus.COMPLETE] = gettext("Expected by %(day)s.") % {
            "day": date_format(parcel.expected_by, "l, j F Y")
        }
    number_done = statuses.index(order.status) + (not STEPS[order.status].goes_on)
    steps = []
    for number, status in enumerate(statuses):
        done, title = number < number_done, STEPS[status].title
        if number == number_done:
            title = gettext("Waits for a pharmacist") if waits else STEPS[status].ahead
        steps.append(
            {
                "title": title,
                "status": "done" if done else "now" if number == number_done else "todo",
                "when": reached_at.get(status) if done else None,
                "note": "" if done or waits else notes[status],
            }
        )
    return steps


# With whom, and under which number, it left.
register.simple_tag(parcel_of, name="parcel_of_order")


@register.filter
def has_left(order: Any) -> bool:
    """Whether the parcel has left the pharmacy."""
    return order.status in LEFT
