"""The thread of messages, to be put into any page that shows one prescription."""

from __future__ import annotations

from typing import Any

from django import template

from shop.prescriptions.messages import thread
from shop.prescriptions.messages.forms import MessageForm
from shop.prescriptions.models import Prescription

register = template.Library()


@register.inclusion_tag("prescriptions/thread.html")
def prescription_thread(
    prescription: Prescription, form: MessageForm | None = None
) -> dict[str, Any]:
    """For the customer."""
    return _thread_of(prescription, form)


@register.inclusion_tag("desk/thread.html")
def desk_thread(prescription: Prescription, form: MessageForm | None = None) -> dict[str, Any]:
    """For the pharmacist, who also marks as read."""
    context = _thread_of(prescription, form)
    written = [message for message in context["thread"] if not message.is_from_pharmacy]
    unread = [message.pk for message in written if message.read_at is None]
    return {**context, "unread": len(unread), "up_to": max(unread, default=0)}


def _thread_of(prescription: Prescription, form: MessageForm | None) -> dict[str, Any]:
    return {
        "prescription": prescription,
        "thread": list(prescription.messages.select_related("author")),
        "form": form or MessageForm(auto_id="thread_%s"),
        "is_open": thread.is_open(prescription),
    }
