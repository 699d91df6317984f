"""Messages about an order: no medicine's name, always a link."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

if TYPE_CHECKING:
    from oscar.apps.order.models import Order

logger = logging.getLogger(__name__)


def tell_order_placed(order: Order) -> None:
    """Send the order's number and a link."""
    _send("order_placed", order)


def tell_order_dispatched(order: Order) -> None:
    """Say that the parcel is on its way."""
    _send("order_dispatched", order)


def tell_order_cancelled(order: Order) -> None:
    """Say that nothing will come, and that the money goes back."""
    _send("order_cancelled", order)


def _send(code: str, order: Order) -> None:
    try:
        _message(code, order).send()
    except (SMTPException, OSError):
        # What happened to the order stands whether or not the message goes out.
        logger.exception("%s for order %s was not sent", code, order.number)


def _message(code: str, order: Order) -> EmailMultiAlternatives:
    path = reverse("customer:order", kwargs={"order_number": order.number})
    context = {
        "number": order.number,
        "name": order.user.get_short_name(),
        "link": f"{settings.SITE_URL}{path}",
        "shop_name": settings.OSCAR_SHOP_NAME,
        "is_demo": settings.IS_DEMO,
    }
    subject = render_to_string(f"emails/{code}_subject.txt", context).strip()
    message = EmailMultiAlternatives(
        subject, render_to_string(f"emails/{code}_body.txt", context), to=[order.user.email]
    )
    message.attach_alternative(render_to_string(f"emails/{code}_body.html", context), "text/html")
    return message
