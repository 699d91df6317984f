"""Carries out what becomes of paid orders after something happened to them: stops, drops or ends each.

Called once a change is committed, and again for all of them every few minutes: what a process that died
did not do is done then.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.patients import services as patients
from shop.patients.models import Patient
from shop.payments.models import PaymentAttempt
from shop.prescriptions import moving
from shop.prescriptions.models import Event, Prescription
from shop.prescriptions.statuses import Action, Status
from shop.settling.settle import settle_quietly
from shop.standing import answering, stopping
from shop.standing.consequences import BEFORE_LEAVING, orders_on
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind

logger = logging.getLogger(__name__)

CHANGES = (Action.REOPEN, Action.APPROVE, Action.REFUSE, Action.WITHDRAW, Action.CANCEL)


class Following(moving.Follower, answering.Follower, patients.Follower):
    def moved(self, event: Event) -> None:
        if event.action in CHANGES:
            prescription = event.prescription
            transaction.on_commit(lambda: follow_prescription(prescription), robust=True)

    def answered(self, order: Any) -> None:
        carry_out_all([order])

    def answers_changed(self, patient: Patient, names: tuple[str, ...]) -> None:
        self.list_changed(patient)

    def list_changed(self, patient: Patient) -> None:
        transaction.on_commit(lambda: follow_patient(patient), robust=True)


def follow_prescription(prescription: Prescription) -> None:
    """Carry out what becomes of each order under way on a prescription."""
    carry_out_all(orders_on(prescription))


def follow_patient(patient: Patient) -> None:
    """Carry out what becomes of each order under way for a patient."""
    for prescription in Prescription.objects.filter(patient=patient).order_by("pk"):
        follow_prescription(prescription)


def carry_out(order: Any) -> None:
    """Carry out what becomes of one order; safe at any time and by two at once."""
    order = Order.objects.get(pk=order.pk)
    if order.status in BEFORE_LEAVING:
        EventHandler().drop_paid_back(order)
    if not stopping.follow(order):
        return
    attempt = EventHandler().end(order)
    if attempt is not None:
        settle_quietly(attempt)


def carry_out_all(orders: Iterable[Any]) -> None:
    """The same for each; what goes wrong with one stops no other."""
    for order in orders:
        try:
            carry_out(order)
        except InvalidOrderStatus:
            logger.info("order %s was moved by somebody else", order.number)
        except Exception:  # whatever it is, the orders behind this one are none the worse
            logger.exception("order %s could not be followed", order.number)


def catch_up() -> None:
    """Look at every order that could be stopped, and at parcels whose prescription changed since."""
    carry_out_all(Order.objects.filter(status__in=BEFORE_LEAVING).order_by("pk"))
    taken_by = "lines__supply__authorisation__prescription"
    changed = Q(**{f"{taken_by}__status__in": (Status.WITHDRAWN, Status.REFUSED)}) | Q(
        **{f"{taken_by}__decided_at__gt": F("lines__supply__taken_at")}
    )
    left = Order.objects.filter(changed, status=OrderStatus.DISPATCHED)
    carry_out_all(left.distinct().order_by("pk"))
    waiting = [
        stopping.subject_of(order) for order in Order.objects.filter(status__in=BEFORE_LEAVING)
    ]
    for kind in (Kind.ORDER_STOPPED, Kind.ORDER_PART_PAID_BACK):
        tasks.close_all_but(kind, waiting, how=_("The order has come to its end."))


def follow_payment(attempt: PaymentAttempt) -> None:
    """Carry out what becomes of the order of a payment, after money went back or is disputed."""
    if attempt.order is not None:
        carry_out_all([attempt.order])
