"""What the shop itself notes on an order, for staff."""

from django.utils.translation import gettext as _
from oscar.apps.order.models import Order, OrderNote

from shop.payments.facts import StripeDispute


def write_dispute(order: Order, dispute: StripeDispute) -> None:
    """Note that the customer's bank asks for money, or what became of that."""
    words = _("Dispute %(id)s at Stripe: %(status)s (%(reason)s).") % {
        "id": dispute.dispute_id,
        "status": dispute.status,
        "reason": dispute.reason,
    }
    if dispute.due_by:
        words += " " + _("Answer it by %(day)s.") % {"day": f"{dispute.due_by:%Y-%m-%d %H:%M} UTC"}
    order.notes.create(note_type=OrderNote.SYSTEM, message=words)
