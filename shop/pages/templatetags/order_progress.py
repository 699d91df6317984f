"""How far an order has got, for the customer's eyes."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shop.settling import refunding

register = template.Library()

WORDS = {
    "Paid": (_("Paid"), _("Your card is authorised; the order is with the pharmacy.")),
    "Dispensing": (_("Packed by the pharmacy"), _("A pharmacist checks every pack.")),
    "Dispatched": (_("Sent"), _("Tracked, in plain packaging.")),
    "Complete": (_("Delivered"), ""),
}
# While an order has this status the step is still going on.
GOING_ON = "Dispensing"


@register.simple_tag
def order_steps(order: Any) -> list[dict[str, Any]]:
    """The steps of an order for components/timeline.html; none when it left the usual way."""
    statuses = [status for status in settings.OSCAR_ORDER_STATUS_PIPELINE if status in WORDS]
    if order.status not in WORDS:
        return []
    reached_at = {change.new_status: change.date_created for change in order.status_changes.all()}
    reached_at[statuses[0]] = order.date_placed
    number_done = statuses.index(order.status) + (order.status != GOING_ON)
    steps = []
    for number, status in enumerate(statuses):
        title, note = WORDS[status]
        done = number < number_done
        steps.append(
            {
                "title": title,
                "status": "done" if done else "now" if number == number_done else "todo",
                "when": reached_at.get(status) if done else None,
                "note": "" if done else note,
            }
        )
    return steps


@register.filter
def may_be_cancelled(order: Any) -> bool:
    """Whether its customer may still take the order back."""
    return refunding.is_untouched(order)
