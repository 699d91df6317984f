"""Closes approvals whose last day is over, and reminds customers of those that end soon."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from shop import days
from shop.prescriptions import emails, services
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.statuses import Status


def expire_ended() -> int:
    """Close the approvals whose last day is over for the patient; returns how many this call closed."""
    perhaps = Prescription.objects.filter(status=Status.APPROVED, valid_until__lt=days.latest())
    keys = list(perhaps.values_list("pk", flat=True))
    return sum(_expire(Prescription.objects.get(pk=key)) for key in keys)


def remind_of_ending(*, today: datetime.date) -> int:
    """Write to the customers whose approvals end within EXPIRY_REMINDER_DAYS with something left.

    The same last day is told once, however often this is called. Returns how many approvals.
    """
    ending = list(_ending(today))
    for prescription in ending:
        emails.tell_expiring(prescription)
    return len(ending)


def _expire(prescription: Prescription) -> bool:
    last = prescription.valid_until
    if last is None or not days.is_over(last, country=prescription.country):
        return False
    try:
        services.expire(prescription)
    except TransitionRefused:
        # Somebody else closed or reopened it since it was read.
        return False
    return True


def _ending(today: datetime.date) -> QuerySet[Prescription]:
    left = Authorisation.objects.with_units_left().filter(prescription=OuterRef("pk"))
    last = today + datetime.timedelta(days=settings.EXPIRY_REMINDER_DAYS)
    return (
        Prescription.objects.filter(
            Exists(left), status=Status.APPROVED, valid_until__range=(today, last)
        )
        .select_related("user")
        .order_by("pk")
    )
