"""A customer's bank asks for the money back: staff see it, and the order does not leave."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from django.utils import timezone
from oscar.apps.order.exceptions import InvalidOrderStatus

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.order.processing import EventHandler
from shop.payments import disputes, gateway
from shop.payments.facts import StripeDispute
from shop.payments.life_cycles import RefundReason, Status
from shop.payments.models import Dispute, PaymentAttempt
from shop.payments.refunds import TooMuch, Wanted
from shop.prescriptions.models import Authorisation, Prescription
from shop.settling import refunding
from shop.settling.imports import bring_in_disputes
from shop.settling.settle import settle
from tests.conftest import basket_with, pack_of
from tests.settling.paying import open_card_page, pay_by_card

DUE = datetime.datetime(2026, 12, 24, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def attempt(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return settle(attempt)


def dispute(attempt: PaymentAttempt, status: str = "needs_response") -> StripeDispute:
    intent_id = attempt.payment_intent_id or ""
    return StripeDispute("dp_1", intent_id, 4090, "fraudulent", status, DUE)


@pytest.fixture
def at_stripe(monkeypatch: pytest.MonkeyPatch) -> list[StripeDispute]:
    """What Stripe lists as disputes of the payment."""
    listed: list[StripeDispute] = []
    monkeypatch.setattr(gateway, "list_disputes", lambda _intent_id: list(listed))
    return listed


def move(attempt: PaymentAttempt, staff: User, status: str) -> None:
    EventHandler(user=staff).handle_order_status_change(attempt.order, status)


@pytest.mark.parametrize(
    "status", ["needs_response", "under_review", "lost", "warning_needs_response"]
)
def test_an_order_whose_payment_is_disputed_does_not_leave(
    status: str, attempt: PaymentAttempt, staff: User, at_stripe: list[StripeDispute]
) -> None:
    at_stripe.append(dispute(attempt, status))
    bring_in_disputes(attempt)

    with pytest.raises(InvalidOrderStatus, match="dispute"):
        move(attempt, staff, "Dispensing")


@pytest.mark.parametrize("status", ["won", "warning_closed"])
def test_once_it_is_decided_for_the_pharmacy_the_order_may_leave(
    status: str, attempt: PaymentAttempt, staff: User, at_stripe: list[StripeDispute]
) -> None:
    at_stripe.append(dispute(attempt))
    bring_in_disputes(attempt)
    at_stripe[:] = [dispute(attempt, status)]
    bring_in_disputes(attempt)

    move(attempt, staff, "Dispensing")

    attempt.refresh_from_db()
    assert attempt.disputed_minor == 0


def test_the_same_news_again_is_noted_once(
    attempt: PaymentAttempt, at_stripe: list[StripeDispute]
) -> None:
    at_stripe.append(dispute(attempt))

    for _ in range(3):
        bring_in_disputes(attempt)

    assert Dispute.objects.count() == 1
    [note] = attempt.order.notes.all()
    assert "needs_response" in note.message
    assert "2026-12-24" in note.message


def test_news_asked_for_earlier_does_not_undo_later_news(attempt: PaymentAttempt) -> None:
    now = timezone.now()
    disputes.record(attempt, dispute(attempt, "won"), read_at=now)

    disputes.record(attempt, dispute(attempt), read_at=now - datetime.timedelta(seconds=1))

    assert Dispute.objects.get().status == "won"
    assert attempt.disputed_minor == 0


def test_disputed_money_cannot_also_be_paid_back(
    attempt: PaymentAttempt, staff: User, at_stripe: list[StripeDispute]
) -> None:
    at_stripe.append(dispute(attempt))
    bring_in_disputes(attempt)

    with pytest.raises(TooMuch):
        refunding.refund(attempt, Wanted(1, RefundReason.CUSTOMER), by=staff)


def test_an_inquiry_leaves_the_money_and_it_can_be_paid_back(
    attempt: PaymentAttempt, staff: User, at_stripe: list[StripeDispute]
) -> None:
    at_stripe.append(dispute(attempt, "warning_needs_response"))
    bring_in_disputes(attempt)

    refunding.refund(attempt, Wanted(4090, RefundReason.CUSTOMER), by=staff)

    attempt.refresh_from_db()
    assert attempt.status == Status.REFUNDED


def test_a_disputed_order_is_cancelled_without_paying_twice(
    attempt: PaymentAttempt, staff: User, at_stripe: list[StripeDispute], stripe: Emulator
) -> None:
    at_stripe.append(replace(dispute(attempt), amount=4000))
    bring_in_disputes(attempt)

    refunding.cancel(attempt.order, by=staff, note="Disputed")

    assert Authorisation.objects.get().units_supplied == 0
    assert [refund["amount"] for refund in stripe.store.all("refund")] == [90]
