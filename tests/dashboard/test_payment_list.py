"""The page of payments: what needs a look, what is not finished, what does not agree."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe import disputes
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import RefundReason
from shop.payments.models import PaymentAttempt, Reconciliation, Refund
from shop.payments.refunds import Wanted
from shop.prescriptions.models import Prescription
from shop.settling import refunding
from shop.settling.settle import settle, settle_quietly
from tests.conftest import approve, basket_with, pack_of, send_prescription, signed_in
from tests.settling.paying import open_card_page, pay_by_card


@pytest.fixture
def attempt(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return settle(attempt)


@pytest.fixture
def desk(staff: User) -> Client:
    return signed_in(staff)


def pay_back(attempt: PaymentAttempt, staff: User) -> None:
    refunding.refund(attempt, Wanted(100, RefundReason.DAMAGED), by=staff)


def test_what_is_pending_is_listed_with_the_reason(
    desk: Client, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    stripe.faults.add(Fault(path="/v1/payment_intents/*/capture", status=429))
    settle_quietly(attempt)

    listed = desk.get(reverse("dashboard:payment-list")).content.decode()

    assert Order.objects.get().number in listed
    assert "Too many requests" in listed


def test_the_page_of_payments_says_what_the_last_comparison_found(desk: Client) -> None:
    assert "Not compared yet" in desk.get(reverse("dashboard:payment-list")).content.decode()
    Reconciliation.objects.create(
        pk=1, findings=["order 100001: ours 1, Stripe's 2"], finished_at="2026-11-23T08:00Z"
    )

    told = desk.get(reverse("dashboard:payment-list")).content.decode()

    assert "ours 1, Stripe&#x27;s 2" in told


@pytest.fixture
def lost(attempt: PaymentAttempt, stripe: Emulator) -> PaymentAttempt:
    """The bank has decided for the customer."""
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        dispute = disputes.create(stripe.store, charge, amount=None, reason="fraudulent")
        disputes.close(stripe.store, dispute, outcome="lost")
    refunding.look_again(attempt)
    return attempt


def needing_a_look() -> list[PaymentAttempt]:
    return list(PaymentAttempt.objects.needing_a_look())


def test_a_lost_dispute_needs_a_look_until_the_order_is_cancelled(
    lost: PaymentAttempt, staff: User
) -> None:
    assert needing_a_look() == [lost]

    refunding.cancel(lost.order, by=staff, note="Disputed")

    assert needing_a_look() == []


def test_a_failed_refund_needs_a_look_until_another_was_made(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/refunds", status=400))
    pay_back(attempt, staff)
    assert needing_a_look() == [attempt]

    pay_back(attempt, staff)

    assert needing_a_look() == []


def test_a_failed_refund_that_nobody_makes_again_is_not_shown_for_ever(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/refunds", status=400))
    pay_back(attempt, staff)

    Refund.objects.update(changed_at=timezone.now() - datetime.timedelta(days=31))

    assert needing_a_look() == []


def test_the_page_of_payments_asks_nothing_for_each_row(
    desk: Client, medicine: Product, customer: User, pharmacist: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/payment_intents/*/capture", status=400, times=9))
    counts = []
    for _ in range(3):
        approve(send_prescription(customer, medicine), medicine, by=pharmacist)
        _, url = open_card_page(customer, basket_with(customer, pack_of(medicine, 10, 60)))
        pay_by_card(url)
        settle(PaymentAttempt.objects.latest("pk"))
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse("dashboard:payment-list"))
        counts.append(len(queries))

    assert len(needing_a_look()) == 3
    assert counts[2] == counts[1]
