"""Messages about a prescription: never a medicine's name, never a health detail, always a link."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from shop.prescriptions.models import Event
from shop.prescriptions.statuses import TOLD_TO_CUSTOMER

logger = logging.getLogger(__name__)


def tell_customer(event: Event) -> None:
    """Send the message that belongs to the event, once; a failure leaves it to be sent later."""
    claimed = Event.objects.filter(pk=event.pk, told_at__isnull=True).update(told_at=timezone.now())
    if not claimed:
        return
    try:
        _message(event).send()
    except (SMTPException, OSError):
        Event.objects.filter(pk=event.pk).update(told_at=None)
        logger.exception("message for event %s was not sent", event.pk)


def send_waiting() -> int:
    """Send what could not be sent before; returns how many were tried."""
    waiting = Event.objects.filter(told_at__isnull=True, action__in=TOLD_TO_CUSTOMER)
    events = list(waiting.select_related("prescription__user"))
    for event in events:
        tell_customer(event)
    return len(events)


def _message(event: Event) -> EmailMultiAlternatives:
    prescription = event.prescription
    path = reverse("prescriptions:detail", args=[prescription.reference])
    context = {
        "reference": prescription.reference,
        "name": prescription.user.get_short_name(),
        "link": f"{settings.SITE_URL}{path}",
        "shop_name": settings.OSCAR_SHOP_NAME,
        "is_demo": settings.IS_DEMO,
    }
    template = f"emails/prescription_{event.action}"
    subject = render_to_string(f"{template}_subject.txt", context).strip()
    message = EmailMultiAlternatives(
        subject, render_to_string(f"{template}_body.txt", context), to=[prescription.user.email]
    )
    message.attach_alternative(render_to_string(f"{template}_body.html", context), "text/html")
    return message
