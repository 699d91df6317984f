"""What was taken for an order that does not stand goes back, or a person is told why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe import disputes, refunds
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import RefundReason, Review, Status
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import Wanted
from shop.prescriptions.models import Prescription
from shop.settling import refunding
from shop.settling.imports import bring_in_disputes, bring_in_refunds
from shop.settling.settle import settle
from tests.conftest import basket_with, pack_of
from tests.settling.paying import open_card_page, pay_by_card


@pytest.fixture
def attempt(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    """Ordered and charged: 40.90."""
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return settle(attempt)


@pytest.fixture
def cancelled(attempt: PaymentAttempt, staff: User) -> PaymentAttempt:
    return refunding.cancel(attempt.order, by=staff, note="As asked")


def at_stripe(stripe: Emulator, do: Callable[..., Any], kind: str, **how: Any) -> Any:
    """Do something to the newest object of a kind in Stripe's own dashboard."""
    with stripe.store.lock:
        return do(stripe.store, stripe.store.all(kind)[-1], **how)


def refund_at_stripe(stripe: Emulator, amount: int) -> None:
    params = {"amount": amount, "reason": None, "metadata": {}}
    with stripe.store.lock:
        refunds.create(stripe.store, stripe.store.all("charge")[-1], params)


def send_back(stripe: Emulator) -> None:
    at_stripe(stripe, refunds.fail, "refund", reason="lost_or_stolen_card")


def refunded(stripe: Emulator) -> int:
    return int(stripe.store.all("charge")[-1]["amount_refunded"])


def test_what_went_back_at_stripe_unseen_is_left_out_and_the_rest_goes_back(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    refund_at_stripe(stripe, 500)

    refunding.cancel(attempt.order, by=staff, note="As asked")

    attempt.refresh_from_db()
    assert (attempt.status, attempt.refunded_minor) == (Status.REFUNDED, 4090)
    assert refunded(stripe) == 4090


def test_a_refund_that_stripe_refuses_for_another_reason_is_asked_for_once_and_left_to_a_person(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault("/v1/refunds", status=400, times=5))

    refunding.cancel(attempt.order, by=staff, note="As asked")

    attempt.refresh_from_db()
    assert (attempt.status, attempt.review) == (Status.NEEDS_REVIEW, Review.REFUND_FAILED)
    assert (attempt.left_minor, attempt.refunds.count()) == (4090, 1)


def test_money_of_a_cancelled_order_that_the_bank_sends_back_is_left_to_a_person(
    cancelled: PaymentAttempt, stripe: Emulator
) -> None:
    send_back(stripe)

    bring_in_refunds(cancelled)

    cancelled.refresh_from_db()
    assert (cancelled.status, cancelled.review) == (Status.NEEDS_REVIEW, Review.REFUND_FAILED)
    assert cancelled.left_minor == 4090


def test_a_person_can_then_pay_it_back(
    cancelled: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    send_back(stripe)
    bring_in_refunds(cancelled)

    refunding.refund(cancelled, Wanted(4090, RefundReason.CUSTOMER), by=staff)

    cancelled.refresh_from_db()
    assert (cancelled.status, refunded(stripe)) == (Status.REFUNDED, 4090)


def test_a_refund_before_the_cancellation_that_the_bank_sends_back_is_left_to_a_person_too(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    refunding.refund(attempt, Wanted(4090, RefundReason.DAMAGED), by=staff)
    send_back(stripe)

    bring_in_refunds(attempt)

    attempt.refresh_from_db()
    assert (attempt.status, attempt.left_minor) == (Status.NEEDS_REVIEW, 4090)


def test_a_refund_that_the_bank_sends_back_leaves_a_standing_order_paid(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    refunding.refund(attempt, Wanted(1000, RefundReason.DAMAGED), by=staff)
    send_back(stripe)

    bring_in_refunds(attempt)

    attempt.refresh_from_db()
    assert (attempt.status, attempt.review) == (Status.CAPTURED, "")


def test_a_dispute_won_after_the_cancellation_gives_the_money_back_to_the_customer(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    at_stripe(stripe, disputes.create, "charge", amount=None, reason="fraudulent")
    bring_in_disputes(attempt)
    refunding.cancel(attempt.order, by=staff, note="As asked")
    assert refunded(stripe) == 0
    at_stripe(stripe, disputes.close, "dispute", outcome="won")

    bring_in_disputes(attempt)
    settle(attempt)

    assert (attempt.status, refunded(stripe)) == (Status.REFUNDED, 4090)


def test_a_dispute_won_leaves_a_standing_order_paid(
    attempt: PaymentAttempt, stripe: Emulator
) -> None:
    at_stripe(stripe, disputes.create, "charge", amount=None, reason="fraudulent")
    bring_in_disputes(attempt)
    at_stripe(stripe, disputes.close, "dispute", outcome="won")

    bring_in_disputes(attempt)
    settle(attempt)

    assert (attempt.status, refunded(stripe)) == (Status.CAPTURED, 0)
