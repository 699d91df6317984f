"""A customer takes back an order of their own, as long as nobody has begun with it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.order.processing import EventHandler
from shop.payments.life_cycles import RefundReason, Status
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import Wanted
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import Action
from shop.settling import refunding
from shop.settling.settle import settle
from tests.conftest import basket_with, pack_of, signed_in
from tests.dispensed import made_ready
from tests.settling.paying import open_card_page, pay_by_card


@pytest.fixture
def attempt(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return settle(attempt)


@pytest.fixture
def client(customer: User) -> Client:
    return signed_in(customer)


def address(attempt: PaymentAttempt, name: str = "order-cancel") -> str:
    return reverse(f"customer:{name}", args=[attempt.order.number])


def test_the_order_is_cancelled_and_everything_goes_back(
    client: Client, attempt: PaymentAttempt, customer: User, approved: Prescription
) -> None:
    assert address(attempt) in client.get(address(attempt, "order")).content.decode()
    assert "$40.90 goes back" in client.get(address(attempt)).content.decode()

    page = client.post(address(attempt), follow=True).content.decode()

    attempt.refresh_from_db()
    assert "Your order is cancelled" in page
    assert (Order.objects.get().status, attempt.status) == ("Cancelled", Status.REFUNDED)
    assert Authorisation.objects.get().units_supplied == 0
    assert approved.events.get(action=Action.GIVE_BACK).by == customer


def test_looking_cancels_nothing(client: Client, attempt: PaymentAttempt) -> None:
    client.get(address(attempt))

    assert Order.objects.get().status == "Paid"


@pytest.mark.parametrize("touched", ["packing", "sent", "part paid back", "disputed", "review"])
def test_once_somebody_has_begun_with_it_the_customer_has_to_call(
    touched: str, client: Client, attempt: PaymentAttempt, staff: User
) -> None:
    if touched in ("packing", "sent"):
        order = Order.objects.get()
        EventHandler(user=staff).handle_order_status_change(order, "Dispensing")
        if touched == "sent":
            made_ready(order)
            EventHandler(user=staff).handle_order_status_change(order, "Dispatched")
    elif touched == "part paid back":
        refunding.refund(attempt, Wanted(100, RefundReason.DAMAGED), by=staff)
    elif touched == "disputed":
        attempt.disputes.create(
            stripe_id="du_1", amount_minor=1, status="needs_response", read_at=attempt.created_at
        )
    else:
        PaymentAttempt.objects.update(status=Status.NEEDS_REVIEW)
    before = Order.objects.get().status

    page = client.post(address(attempt), follow=True).content.decode()

    assert "Call us" in page
    assert Order.objects.get().status == before
    assert address(attempt) not in page


def test_nobody_cancels_anothers_order(attempt: PaymentAttempt, other_customer: User) -> None:
    answer = signed_in(other_customer).post(address(attempt))

    assert answer.status_code == 404
    assert Order.objects.get().status == "Paid"


def test_who_is_not_signed_in_is_sent_to_sign_in(attempt: PaymentAttempt) -> None:
    answer = Client().post(address(attempt))

    assert answer["Location"].startswith(reverse("account_login"))
    assert Order.objects.get().status == "Paid"
