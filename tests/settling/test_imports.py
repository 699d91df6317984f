"""What happened at Stripe itself comes in by its events: once each, in any order."""

from __future__ import annotations

import itertools
import json
from decimal import Decimal

import pytest
from oscar.apps.payment.models import Source

from catalogue.models import Product
from shop.demo.stripe import disputes
from shop.demo.stripe import refunds as books
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import RefundReason, RefundStatus, Status
from shop.payments.models import Dispute, PaymentAttempt, Refund, StripeEvent
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle
from tests.conftest import basket_with, pack_of
from tests.settling.paying import open_card_page, pay_by_card
from tests.settling.test_webhook import send


@pytest.fixture
def attempt(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return settle(attempt)


def refund_at_stripe(stripe: Emulator, amount: int) -> str:
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        params = {"amount": amount, "reason": None, "metadata": {}}
        return str(books.create(stripe.store, charge, params)["id"])


def events(stripe: Emulator, *kinds: str) -> list[bytes]:
    found = [event for event in stripe.store.all("event") if event["type"].startswith(kinds)]
    return [json.dumps(event).encode() for event in found]


def test_a_refund_made_at_stripe_comes_in_by_its_events(
    attempt: PaymentAttempt, stripe: Emulator
) -> None:
    refund_at_stripe(stripe, 700)

    for event in events(stripe, "charge.refund", "refund."):
        assert send(event).status_code == 200

    attempt.refresh_from_db()
    assert (attempt.status, attempt.refunded_minor) == (Status.PART_REFUNDED, 700)
    assert Refund.objects.get().reason == RefundReason.AT_STRIPE


@pytest.mark.parametrize("turn", range(6))
def test_two_refunds_and_a_failure_in_any_order_end_the_same(
    turn: int, attempt: PaymentAttempt, stripe: Emulator
) -> None:
    first = refund_at_stripe(stripe, 700)
    refund_at_stripe(stripe, 300)
    with stripe.store.lock:
        books.fail(stripe.store, stripe.store.get("refund", first), reason="unknown")
    all_of_them = events(stripe, "charge.refund", "refund.")
    order_of_arrival = list(itertools.islice(itertools.permutations(all_of_them), turn * 97 + 1))

    for event in [*order_of_arrival[-1], *order_of_arrival[-1]]:
        assert send(event).status_code == 200

    attempt.refresh_from_db()
    statuses = sorted(Refund.objects.values_list("amount_minor", "status"))
    assert statuses == [(300, RefundStatus.SUCCEEDED), (700, RefundStatus.FAILED)]
    assert attempt.refunded_minor == 300
    assert Source.objects.get().amount_refunded == Decimal("3.00")


@pytest.mark.parametrize("arrival", ["in order", "reversed"])
@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_dispute_ends_as_at_stripe_whatever_order_its_events_come_in(
    outcome: str, arrival: str, attempt: PaymentAttempt, stripe: Emulator
) -> None:
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        dispute = disputes.create(stripe.store, charge, amount=None, reason="fraudulent")
        disputes.answer(stripe.store, dispute)
        disputes.close(stripe.store, dispute, outcome=outcome)
    arriving = events(stripe, "charge.dispute.")

    for event in reversed(arriving) if arrival == "reversed" else arriving:
        assert send(event).status_code == 200

    attempt.refresh_from_db()
    assert Dispute.objects.get().status == outcome
    assert attempt.disputed_minor == (0 if outcome == "won" else 4090)
    assert attempt.is_disputed == (outcome == "lost")


def test_a_release_of_a_hold_is_not_a_refund(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    basket.flush()
    pay_by_card(url)
    settle(attempt)
    assert attempt.status == Status.VOIDED

    for event in events(stripe, "charge.refund", "refund."):
        assert send(event).status_code == 200

    assert not Refund.objects.exists()


def test_while_stripe_cannot_be_read_the_event_is_asked_for_again(
    attempt: PaymentAttempt, stripe: Emulator
) -> None:
    refund_at_stripe(stripe, 700)
    [event] = events(stripe, "charge.refunded")
    stripe.faults.add(Fault(path="/v1/refunds", status=503))

    first = send(event)
    noted = StripeEvent.objects.get()
    second = send(event)

    assert (first.status_code, second.status_code) == (503, 200)
    assert (noted.processed_at, bool(noted.error)) == (None, True)
    assert Refund.objects.get().amount_minor == 700


def test_a_refund_of_somebody_elses_payment_is_taken_and_left_alone(
    attempt: PaymentAttempt, stripe: Emulator
) -> None:
    refund_at_stripe(stripe, 700)
    [event] = events(stripe, "refund.created")
    foreign = json.loads(event)
    foreign["data"]["object"]["payment_intent"] = "pi_of_another_shop"
    foreign["data"]["object"]["metadata"] = {}

    answer = send(json.dumps(foreign).encode())

    assert answer.status_code == 200
    assert not Refund.objects.exists()
