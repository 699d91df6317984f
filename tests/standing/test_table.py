"""The table of what becomes of a paid order, walked: every event × every status of the order.

With the patient's last day being today: whoever is stopped is on a pharmacist's list by then.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from catalogue import signing
from catalogue.models import Medicine, Product
from shop.accounts.models import User
from shop.audit import log
from shop.mailing.models import Email
from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.patients import services as patients
from shop.patients.models import Patient
from shop.payments import refunds
from shop.payments.life_cycles import RefundReason
from shop.payments.models import Dispute, PaymentAttempt
from shop.prescriptions import services, supply_ledger
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.prescriptions.statuses import RefusalReason
from shop.settling import following
from shop.standing import answering
from shop.standing.events import TABLE, Event, Fate, fate_of
from shop.tasks.kinds import Kind, Role
from shop.tasks.models import Task
from tests.conftest import (
    add_patient,
    approve,
    decide_to_approve,
    let_the_log_know,
    pack_of,
    send_prescription,
)
from tests.dispensed import made_ready
from tests.standing.paid import attempt_of, pay_back, place

pytestmark = pytest.mark.django_db
NEXT = {OrderStatus.PAID: OrderStatus.DISPENSING, OrderStatus.DISPENSING: OrderStatus.DISPATCHED}


WAY = tuple(status for status in OrderStatus if status != OrderStatus.CANCELLED)


class World:
    """An order of two lines on one prescription, and everybody who can do something to it."""

    def __init__(self, customer: User, pharmacist: User, staff: User, medicine: Product) -> None:
        self.pharmacist, self.staff, self.medicine = pharmacist, staff, medicine
        self.patient: Patient = add_patient(customer)
        prescription = send_prescription(customer, medicine, patient=self.patient)
        approve(prescription, medicine, by=pharmacist, units=90, supplies=2)
        self.order: Any = place(customer, pack_of(medicine, 10, 60), pack_of(medicine, 10, 30))
        self.prescription = Prescription.objects.get(pk=prescription.pk)

    def bring_to(self, status: OrderStatus) -> None:
        handler = EventHandler(user=self.staff)
        if status == OrderStatus.CANCELLED:
            handler.cancel(self.order, by=self.order.user, note="by the customer")
            return
        for step in WAY[WAY.index(self.order.status) + 1 : WAY.index(status) + 1]:
            handler.handle_order_status_change(self.order, step)
            if step == OrderStatus.DISPENSING:
                made_ready(self.order)

    def reopen(self) -> None:
        services.reopen(self.prescription, by=self.order.user, reason="New answers")

    def approve(self, **allowed: Any) -> None:
        self.reopen()
        services.claim(self.prescription, by=self.pharmacist)
        decide_to_approve(self.prescription, self.medicine, by=self.pharmacist, **allowed)

    def is_told(self) -> bool:
        codes = ("order_waits", "order_ended", "order_part_ended")
        return Email.objects.filter(code__in=codes, user=self.order.user).exists()

    def pharmacists_tasks(self) -> Any:
        number = self.order.number
        return Task.objects.still_open().filter(whose=Role.PHARMACIST, words__contains=number)


@pytest.fixture
def world(
    customer: User,
    pharmacist: User,
    staff: User,
    medicine: Product,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """In which nothing is asked of Stripe."""
    made = World(customer, pharmacist, staff, medicine)
    monkeypatch.setattr(following, "settle_quietly", lambda _attempt: True)
    return made


def reopened(world: World) -> None:
    world.reopen()


def approved_anew(world: World) -> None:
    world.approve(units=90, supplies=2)


def approved_other(world: World) -> None:
    world.approve(units=45, supplies=4)


def ended(world: World) -> None:
    world.approve(strength=25, units=90, supplies=2)


def expired(world: World) -> None:
    Prescription.objects.update(valid_until=timezone.localdate() - datetime.timedelta(days=1))
    let_the_log_know(world.prescription)
    world.prescription.refresh_from_db()
    services.expire(world.prescription)


def used_up(world: World) -> None:
    services.use_up(world.prescription)


def late(world: World) -> None:
    long_ago = timezone.now() - datetime.timedelta(days=400)
    taken = Supply.objects.filter(order_line__order=world.order)
    taken.update(taken_at=long_ago)
    let_the_log_know(*Authorisation.objects.filter(prescription=world.prescription))


def answers_changed(world: World) -> None:
    expired(world)
    answers = world.patient.answers
    world.patient.refresh_from_db()
    patients.keep(world.patient, answers=answers)


def refused(world: World) -> None:
    world.reopen()
    services.claim(world.prescription, by=world.pharmacist)
    services.refuse(
        world.prescription, by=world.pharmacist, reason=RefusalReason.DOSE, message="Ask them"
    )


def withdrawn(world: World) -> None:
    services.withdraw(world.prescription, by=world.pharmacist, message="Call us")


def taken_back(world: World) -> None:
    world.reopen()
    services.cancel(world.prescription, by=world.order.user)


def said_no(world: World) -> None:
    answering.must_not_leave(world.order, by=world.pharmacist, why="The prescriber called")


def patient_removed(world: World) -> None:
    world.patient.refresh_from_db()
    patients.archive(world.patient)


def line_paid_back(world: World) -> None:
    pay_back(world.order, lines=[(world.order.lines.last(), 1)])


def part_paid_back(world: World) -> None:
    pay_back(world.order, 1800)


def paying_back(world: World) -> None:
    refunds.ask(attempt_of(world.order), refunds.Wanted(100, RefundReason.CUSTOMER), by=None)


def all_paid_back(world: World) -> None:
    pay_back(world.order, lines=[(line, 1) for line in world.order.lines.all()])


def disputed(world: World) -> None:
    Dispute.objects.create(
        stripe_id="dp_1",
        attempt=attempt_of(world.order),
        amount_minor=100,
        reason="fraudulent",
        status="needs_response",
        read_at=timezone.now(),
    )


def signature_withdrawn(world: World) -> None:
    version = Medicine.objects.get(product=world.medicine).shown
    signing.withdraw(version, actor=log.SYSTEM, why="wrong")


def order_not_in_log(world: World) -> None:
    Order.objects.update(total_incl_tax=1)


def payment_not_in_log(world: World) -> None:
    PaymentAttempt.objects.update(amount_minor=1)


def not_in_log(world: World) -> None:
    Authorisation.objects.update(supplies=9)


def no_supply(world: World) -> None:
    supply_ledger.give_back(Supply.objects.all()[0], by=None, note="counted wrongly")


HAPPENS: dict[Event, Callable[[World], None]] = {
    Event.REOPENED: reopened,
    Event.APPROVED_ANEW: approved_anew,
    Event.APPROVED_OTHER: approved_other,
    Event.ENDED: ended,
    Event.EXPIRED: expired,
    Event.USED_UP: used_up,
    Event.LATE: late,
    Event.ANSWERS_CHANGED: answers_changed,
    Event.REFUSED: refused,
    Event.WITHDRAWN: withdrawn,
    Event.TAKEN_BACK: taken_back,
    Event.SAID_NO: said_no,
    Event.PATIENT_REMOVED: patient_removed,
    Event.LINE_PAID_BACK: line_paid_back,
    Event.PART_PAID_BACK: part_paid_back,
    Event.PAYING_BACK: paying_back,
    Event.ALL_PAID_BACK: all_paid_back,
    Event.DISPUTED: disputed,
    Event.NOT_IN_LOG: not_in_log,
    Event.SIGNATURE_WITHDRAWN: signature_withdrawn,
    Event.ORDER_NOT_IN_LOG: order_not_in_log,
    Event.PAYMENT_NOT_IN_LOG: payment_not_in_log,
    Event.NO_SUPPLY: no_supply,
}


def test_every_event_has_its_row_and_happens_here() -> None:
    assert set(TABLE) == set(Event)
    assert set(HAPPENS) == set(Event)


def test_who_is_stopped_is_told_why() -> None:
    for event, row in TABLE.items():
        fates = {fate_of(event, status) for status in OrderStatus}
        assert bool(row.told) == any(fate.stops or fate == Fate.GOES_WITHOUT for fate in fates)


@pytest.mark.parametrize("event", Event)
def test_what_becomes_of_an_order_on_the_patients_last_day(event: Event, world: World) -> None:
    """Each time in a savepoint, on the same order, which goes on from one status to the next."""
    Prescription.objects.update(days_left=1)
    for status in (OrderStatus.CANCELLED, *WAY):
        if status in WAY:
            world.bring_to(status)
        with transaction.atomic():
            world.bring_to(status)
            happen(event, world, status)

            following.carry_out(world.order)

            check(world, event, status)
            transaction.set_rollback(True)
        world.order = Order.objects.get(pk=world.order.pk)
        world.prescription = Prescription.objects.get(pk=world.prescription.pk)


def happen(event: Event, world: World, status: OrderStatus) -> None:
    """What gives back, or answers for, what a cancelled order no longer has cannot happen to it."""
    try:
        HAPPENS[event](world)
    except (answering.NothingAsked, refunds.TooMuch, supply_ledger.AlreadyGivenBack):
        if status != OrderStatus.CANCELLED:
            raise


def check(world: World, event: Event, status: OrderStatus) -> None:
    order = Order.objects.get(pk=world.order.pk)
    fate = fate_of(event, status)
    where = f"{event} × {status}"
    tasks = list(world.pharmacists_tasks())
    is_drop = fate == Fate.GOES_WITHOUT
    assert order.status == ("Cancelled" if fate == Fate.ENDS else status), where
    assert world.is_told() == (fate.stops or is_drop), where
    assert bool(tasks) == (fate.stops or is_drop or fate == Fate.SPEAKS), where
    if fate != Fate.SPEAKS:
        assert all(task.due == timezone.localdate() for task in tasks), where
    if status in NEXT:
        assert goes(world, order, NEXT[status]) == (not fate.stops), where
    if fate == Fate.ENDS:
        check_ended(order, status, where)


def check_ended(order: Any, was: OrderStatus, where: str) -> None:
    attempt = attempt_of(order)
    assert attempt.all_goes_back, where
    assert attempt.left_minor == 0, where
    assert not Supply.objects.filter(order_line__order=order, returned_at=None).exists(), where
    unpacking = Task.objects.still_open().filter(kind=Kind.UNPACK)
    assert unpacking.exists() == (was == OrderStatus.DISPENSING), where


def goes(world: World, order: Any, step: OrderStatus) -> bool:
    try:
        with transaction.atomic():
            if step == OrderStatus.DISPATCHED:
                made_ready(order)
            EventHandler(user=world.staff).handle_order_status_change(order, step)
    except InvalidOrderStatus:
        return False
    return True
