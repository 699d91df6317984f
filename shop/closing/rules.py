"""What stands in the way of closing an account or removing a patient, and what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from oscar.apps.order.models import Order

from shop.accounts.models import User
from shop.jurisdictions import loading
from shop.order.patients import names_of
from shop.order_statuses import FINISHED
from shop.patients.models import Patient
from shop.payments.life_cycles import LIVE
from shop.payments.models import PaymentAttempt
from shop.prescriptions.models import Prescription, PrescriptionQuerySet
from shop.prescriptions.statuses import UNDER_REVIEW, Status


@dataclass(frozen=True)
class Obstacle:
    """What has to come first, where it is done, and the name of the patient it is about."""

    text: str
    address: str = ""
    patient: str = ""


@dataclass(frozen=True)
class Kept:
    """What the law keeps: how many, how long in years, and by which jurisdiction's rule."""

    prescriptions: int
    orders: int
    years: int
    jurisdiction: str


def obstacles_of(user: User) -> list[Obstacle]:
    """What has to be finished before the account can be closed."""
    if user.is_staff or user.is_superuser or user.pharmacist_registrations.exists():
        return [Obstacle(_("You work here: ask the superintendent to end your access instead."))]
    own = Prescription.objects.filter(user=user)
    orders = Order.objects.filter(user=user)
    return list(_unfinished(own, orders, PaymentAttempt.objects.filter(user=user)))


def obstacles_of_patient(patient: Patient) -> list[Obstacle]:
    """What has to be finished before the patient can be removed."""
    own = Prescription.objects.filter(patient=patient)
    supplied = Q(lines__supply__authorisation__prescription__patient=patient)
    orders = Order.objects.filter(supplied).distinct()
    attempts = PaymentAttempt.objects.filter(prescription__patient=patient)
    return list(_unfinished(own, orders, attempts))


def _unfinished(own: PrescriptionQuerySet, orders: Any, attempts: Any) -> Iterator[Obstacle]:
    for prescription in own.filter(status__in=UNDER_REVIEW):
        yield Obstacle(
            _("Prescription %(reference)s is with the pharmacist. Cancel it, or wait.")
            % {"reference": prescription.reference},
            reverse("prescriptions:detail", args=[prescription.reference]),
            prescription.patient_name,
        )
    for order, patient in names_of(orders.exclude(status__in=FINISHED)):
        yield Obstacle(
            _("Order %(number)s is not finished. Cancel it, or wait until it is delivered.")
            % {"number": order.number},
            reverse("customer:order", kwargs={"order_number": order.number}),
            patient,
        )
    if attempts.filter(status__in=LIVE).exists():
        yield Obstacle(
            _("A payment is under way. Finish it, or wait: an unpaid one ends within a day.")
        )


def untouched(own: PrescriptionQuerySet) -> PrescriptionQuerySet:
    """Of these, the prescriptions that were cancelled before anybody here did anything with them.

    No pharmacist has opened, taken, asked or noted anything: they are no record of care.
    """
    return own.filter(
        status=Status.CANCELLED,
        decided_at__isnull=True,
        decisions__isnull=True,
        worksheet__isnull=True,
        checks__isnull=True,
        prescriber_queries__isnull=True,
        authorisations__isnull=True,
        messages__isnull=True,
        payment_attempts__isnull=True,
    ).exclude(pk__in=own.filter(events__registration__gt="").values("pk"))


def kept_of(user: User) -> Kept:
    """What stays when the account is closed."""
    return _kept(_worked_on(Prescription.objects.of(user)), Order.objects.filter(user=user).count())


def kept_of_patient(patient: Patient) -> Kept:
    """What stays when the patient is removed."""
    supplied = Q(lines__supply__authorisation__prescription__patient=patient)
    orders = Order.objects.filter(supplied).distinct()
    return _kept(_worked_on(Prescription.objects.filter(patient=patient)), orders.count())


def _worked_on(own: PrescriptionQuerySet) -> int:
    """How many are decided or were looked at; those under review have to be out of the way first."""
    over = own.exclude(status__in=UNDER_REVIEW)
    return over.exclude(pk__in=untouched(own).values("pk")).count()


def _kept(prescriptions: int, orders: int) -> Kept:
    profile = loading.current()
    kept = profile.retention_years
    years = max(kept.prescriptions.value, kept.register.value)
    return Kept(prescriptions, orders, years, profile.title)
