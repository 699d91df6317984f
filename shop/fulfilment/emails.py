"""Messages about an order: no medicine's name, always a link."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from oscar.apps.order.models import Order

logger = logging.getLogger(__name__)


def tell_order_placed(order: Order) -> None:
    """Send the order's number and a link; an order stands whether or not the mail goes out."""
    path = reverse("customer:order", kwargs={"order_number": order.number})
    context = {
        "number": order.number,
        "name": order.user.get_short_name(),
        "link": f"{settings.SITE_URL}{path}",
        "shop_name": settings.OSCAR_SHOP_NAME,
        "is_demo": settings.IS_DEMO,
    }
    subject = render_to_string("emails/order_placed_subject.txt", context).strip()
    message = EmailMultiAlternatives(
        subject, render_to_string("emails/order_placed_body.txt", context), to=[order.user.email]
    )
    message.attach_alternative(render_to_string("emails/order_placed_body.html", context), "text/html")
    try:
        message.send()
    except (SMTPException, OSError):
        logger.exception("message for order %s was not sent", order.number)
