"""What may leave the pharmacy, and what must stay."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.order.processing import EventHandler
from shop.order.utils import OrderCreator, OutOfStock
from shop.order_statuses import OrderStatus
from shop.payments.life_cycles import Status as PaymentStatus
from shop.payments.models import PaymentAttempt
from shop.prescriptions import services, supply_ledger
from shop.prescriptions.models import Prescription, Supply
from shop.settling.settle import settle
from tests.conftest import basket_with, pack_of, signed_in
from tests.dispensed import made_ready
from tests.settling.paying import open_card_page, pay_by_card


@pytest.fixture
def order(approved: Prescription, medicine: Product, stripe: Emulator) -> Order:
    attempt, url = open_card_page(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60))
    )
    pay_by_card(url)
    settle(attempt)
    return Order.objects.get()


@pytest.fixture
def desk(staff: User) -> Client:
    return signed_in(staff)


def move(desk: Client, order: Order, status: str) -> str:
    """Ask for the status on the order's page; what staff are told."""
    url = reverse("dashboard:order-detail", kwargs={"number": order.number})
    data = {"order_action": "change_order_status", "new_status": status}
    return desk.post(url, data, follow=True).content.decode()


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def test_staff_move_an_order_from_paid_to_complete(desk: Client, order: Order) -> None:
    move(desk, order, "Dispensing")
    made_ready(order)
    for status in ("Dispatched", "Complete"):
        move(desk, order, status)
        assert status_of(order) == status

    stock = StockRecord.objects.get(partner_sku="BAC10-60")
    assert (stock.num_in_stock, stock.num_allocated) == (4, 0)


def test_nobody_moves_an_order_that_a_colleague_has_moved(order: Order, staff: User) -> None:
    seen_before = Order.objects.get()
    EventHandler(user=staff).handle_order_status_change(order, OrderStatus.DISPENSING)

    with pytest.raises(InvalidOrderStatus, match="already moved"):
        EventHandler(user=staff).handle_order_status_change(seen_before, OrderStatus.DISPENSING)


def test_no_pack_is_promised_that_is_not_there_whatever_its_batches_say(order: Order) -> None:
    line = order.lines.get()
    StockRecord.objects.update(num_in_stock=1)

    with pytest.raises(OutOfStock):
        OrderCreator().update_stock_records(line)

    assert StockRecord.objects.get(pk=line.stockrecord_id).num_allocated == 1


@pytest.mark.django_db(transaction=True)
def test_the_customer_is_told_when_the_parcel_leaves(desk: Client, order: Order) -> None:
    made_ready(order)
    mail.outbox.clear()

    move(desk, order, "Dispatched")

    message = mail.outbox[0]
    assert (message.to, order.number in message.subject) == ([order.user.email], True)
    assert "baclofen" not in message.body.lower()


@pytest.mark.parametrize("status", ["Dispatched", "Complete", "Paid", "Cancelled", ""])
def test_no_step_is_skipped(status: str, desk: Client, order: Order) -> None:
    move(desk, order, status)

    assert status_of(order) == "Paid"


def test_tablets_that_were_given_back_do_not_leave(
    desk: Client, order: Order, pharmacist: User
) -> None:
    supply_ledger.give_back(Supply.objects.get(), by=pharmacist, note="counted wrongly")

    told = move(desk, order, "Dispensing")

    assert status_of(order) == "Paid"
    assert "no prescription covers it" in told


@pytest.mark.parametrize("before", ["Paid", "Dispensing"])
def test_a_withdrawn_prescription_stops_the_order(
    before: str, desk: Client, order: Order, approved: Prescription, pharmacist: User
) -> None:
    if before == "Dispensing":
        move(desk, order, "Dispensing")
    approved.refresh_from_db()
    services.withdraw(approved, by=pharmacist, message="Call us")

    told = move(desk, order, "Dispensing" if before == "Paid" else "Dispatched")

    assert status_of(order) == before
    assert "must not leave" in told


def test_an_order_whose_money_is_not_captured_stays(desk: Client, order: Order) -> None:
    PaymentAttempt.objects.update(status=PaymentStatus.PLACED)

    told = move(desk, order, "Dispensing")

    assert status_of(order) == "Paid"
    assert "not been charged" in told


def test_a_line_without_a_supply_stays(desk: Client, order: Order) -> None:
    Supply.objects.all().delete()

    told = move(desk, order, "Dispensing")

    assert status_of(order) == "Paid"
    assert "no prescription covers it" in told


def test_the_list_of_orders_is_no_way_round(
    desk: Client, order: Order, approved: Prescription, pharmacist: User
) -> None:
    approved.refresh_from_db()
    services.withdraw(approved, by=pharmacist, message="Call us")

    response = desk.post(
        reverse("dashboard:order-list"),
        {
            "action": "change_order_statuses",
            "selected_order": order.pk,
            "new_status": "Dispensing",
        },
        follow=True,
    )

    assert status_of(order) == "Paid"
    assert "must not leave" in response.content.decode()


@pytest.mark.parametrize(
    "action", ["create_order_payment_event", "create_shipping_event", "change_line_statuses"]
)
def test_nothing_else_can_be_done_to_an_order(action: str, desk: Client, order: Order) -> None:
    line = order.lines.get()
    url = reverse("dashboard:order-detail", kwargs={"number": order.number})
    events = order.payment_events.count()

    for kind in ("order_action", "line_action"):
        desk.post(
            url,
            {
                kind: action,
                "amount": "1",
                "selected_line": line.pk,
                f"selected_line_qty_{line.pk}": 1,
                "line_action_status": "Complete",
                "line_status": "Complete",
            },
        )

    line.refresh_from_db()
    assert (line.status, order.payment_events.count()) == ("Paid", events)
    assert not order.shipping_events.exists()


def test_the_order_page_shows_staff_the_payment_and_no_prescription_picture(
    desk: Client, order: Order
) -> None:
    url = reverse("dashboard:order-detail", kwargs={"number": order.number})
    page = desk.get(url).content.decode()

    assert order.payment_attempt.payment_intent_id in page
    assert "/pages/" not in page


def test_the_owner_sees_the_order_and_nobody_else_does(
    order: Order, other_customer: User, customer: User
) -> None:
    url = reverse("customer:order", kwargs={"order_number": order.number})

    assert order.number in signed_in(customer).get(url).content.decode()
    assert signed_in(other_customer).get(url).status_code == 404
