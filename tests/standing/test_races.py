"""Several do something to the same paid order at once; it ends the same, and only once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.log import Subject
from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.payments.models import Refund
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription
from shop.settling import following
from shop.standing import answering
from shop.standing.question import obstacles_of
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind
from shop.tasks.models import Task
from tests.conftest import decide_to_approve, pack_of
from tests.settling.test_races import at_once
from tests.standing.paid import place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_is_asked_of_stripe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "settle_quietly", lambda _attempt: True)


@pytest.fixture
def order(approved: Prescription, medicine: Product, pharmacist: User, staff: User) -> Order:
    return Order.objects.get(pk=place(approved.user, pack_of(medicine, 10, 60)).pk)


def dispense(staff: User) -> None:
    with suppress(InvalidOrderStatus):
        EventHandler(user=staff).handle_order_status_change(
            Order.objects.get(), OrderStatus.DISPENSING
        )


def withdraw(pharmacist: User) -> None:
    services.withdraw(Prescription.objects.get(), by=pharmacist, message="Call us")


def check_ended_once(pharmacist: User) -> None:
    assert Order.objects.get().status == OrderStatus.CANCELLED
    assert Refund.objects.count() == 1
    assert Authorisation.objects.get().units_supplied == 0
    stock = StockRecord.objects.get(partner_sku="BAC10-60")
    assert (stock.num_in_stock, stock.num_allocated) == (5, 0)
    assert Task.objects.still_open().filter(kind=Kind.PATIENT_WITHOUT).count() == 1


def test_withdrawn_while_it_is_taken_to_be_packed_it_ends(
    order: Order, pharmacist: User, staff: User
) -> None:
    assert at_once(lambda: dispense(staff), lambda: withdraw(pharmacist)) == [None, None]
    following.catch_up()

    check_ended_once(pharmacist)


def test_four_who_catch_up_end_it_once(
    order: Order, pharmacist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following.Following, "moved", lambda _self, _event: None)
    withdraw(pharmacist)
    assert Order.objects.get().status == OrderStatus.PAID

    assert at_once(*[following.catch_up] * 4) == [None] * 4

    check_ended_once(pharmacist)


def test_an_answer_does_not_cover_an_approval_that_comes_at_the_same_time(
    order: Order, approved: Prescription, medicine: Product, pharmacist: User, staff: User
) -> None:
    approve_for(25, 60, medicine, pharmacist)
    keys = tuple(each.key for each in obstacles_of(order))

    def answer() -> None:
        with suppress(answering.NothingAsked):
            answering.may_leave(order, by=pharmacist, why="Fine", keys=keys)

    assert at_once(answer, lambda: approve_for(25, 30, medicine, pharmacist)) == [None, None]
    dispense(staff)

    assert Order.objects.get().status == OrderStatus.PAID


def approve_for(strength: int, units: int, medicine: Product, pharmacist: User) -> None:
    prescription = Prescription.objects.get()
    services.reopen(prescription, by=prescription.user, reason="New answers")
    services.claim(prescription, by=pharmacist)
    decide_to_approve(prescription, medicine, by=pharmacist, strength=strength, units=units)


def test_opened_by_four_at_once_it_is_one_task(pharmacist: User) -> None:
    def open_it() -> None:
        about = Subject("order", "100123")
        tasks.open(Kind.ORDER_STOPPED, about=about, words="Order 100123", path="/admin/")

    assert at_once(*[open_it] * 4) == [None] * 4

    assert Task.objects.count() == 1
