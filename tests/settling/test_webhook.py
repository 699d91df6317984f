"""Stripe's messages: only signed ones count, and each counts once."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from oscar.apps.order.models import Order
from oscar.apps.payment.models import Source

from catalogue.models import Product
from shop.basket.models import Basket
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt, StripeEvent
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle
from tests.conftest import basket_with, pack_of, signed_in
from tests.settling.paying import open_card_page, pay_by_card
from tests.settling.test_races import at_once

SECRET = "whsec_test"


@pytest.fixture
def attempt(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    """Paid at the card page; nobody has come back yet."""
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return attempt


def event_of(stripe: Emulator, kind: str = "checkout.session.completed") -> bytes:
    event = next(event for event in stripe.store.all("event") if event["type"] == kind)
    return json.dumps(event).encode()


def signature(body: bytes, *, secret: str = SECRET, at: int | None = None) -> str:
    stamp = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return f"t={stamp},v1={digest.hexdigest()}"


def send(body: bytes, header: str | None = None) -> HttpResponse:
    client = Client(enforce_csrf_checks=True)
    return client.post(
        reverse("stripe-webhook"),
        body,
        content_type="application/json",
        headers={"stripe-signature": signature(body) if header is None else header},
    )


def test_a_signed_event_places_the_order_though_the_browser_never_came_back(
    attempt: PaymentAttempt, stripe: Emulator
) -> None:
    answer = send(event_of(stripe))

    attempt.refresh_from_db()
    assert (answer.status_code, attempt.status) == (200, Status.CAPTURED)
    assert StripeEvent.objects.get().processed_at is not None


def test_the_same_event_again_changes_nothing(attempt: PaymentAttempt, stripe: Emulator) -> None:
    answers = [send(event_of(stripe)).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert (Order.objects.count(), StripeEvent.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1,v1=00",
        "nonsense",
        pytest.param(None, id="signed with another secret"),
    ],
)
def test_an_event_stripe_did_not_sign_is_refused(
    header: str | None, attempt: PaymentAttempt, stripe: Emulator
) -> None:
    body = event_of(stripe)

    answer = send(body, signature(body, secret="whsec_other") if header is None else header)

    assert answer.status_code == 400
    assert not Order.objects.exists()
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize("shift", [-301, 302])
def test_an_old_or_a_future_signature_is_refused(
    shift: int, attempt: PaymentAttempt, stripe: Emulator
) -> None:
    body = event_of(stripe)

    answer = send(body, signature(body, at=int(time.time()) + shift))

    assert answer.status_code == 400
    assert not Order.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b"[]", b"not json"])
def test_a_signed_body_that_is_no_event_is_refused(body: bytes, db: None) -> None:
    assert send(body).status_code == 400


def changed(body: bytes, **changes: Any) -> bytes:
    return json.dumps({**json.loads(body), **changes}).encode()


def test_an_event_of_the_other_mode_is_refused(attempt: PaymentAttempt, stripe: Emulator) -> None:
    answer = send(changed(event_of(stripe), livemode=True))

    assert answer.status_code == 400
    assert not Order.objects.exists()


def test_an_event_about_something_else_is_taken_and_left_alone(
    attempt: PaymentAttempt, stripe: Emulator
) -> None:
    other = {"object": {"id": "prod_1", "object": "product", "metadata": {}}}

    answer = send(changed(event_of(stripe), id="evt_other", type="product.created", data=other))

    assert answer.status_code == 200
    assert not Order.objects.exists()


def test_an_event_is_asked_for_again_while_stripe_cannot_be_read(
    attempt: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/checkout/sessions/*", status=500))

    first, second = send(event_of(stripe)), send(event_of(stripe))

    assert (first.status_code, second.status_code) == (503, 200)
    assert Order.objects.count() == 1


def test_an_event_that_lies_about_payment_places_nothing(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    basket: Basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, _ = open_card_page(approved.user, basket)
    claim = {
        "id": "evt_claim",
        "object": "event",
        "type": "checkout.session.completed",
        "created": 1,
        "livemode": False,
        "data": {
            "object": {
                "id": attempt.session_id,
                "object": "checkout.session",
                "payment_status": "paid",
                "metadata": {"reference": str(attempt.reference)},
            }
        },
    }

    answer = send(json.dumps(claim).encode())

    assert answer.status_code == 200
    assert not Order.objects.exists()


def test_only_posts_are_taken(db: None) -> None:
    assert Client().get(reverse("stripe-webhook")).status_code == 405


def test_events_in_reversed_order_place_one_order(
    attempt: PaymentAttempt, stripe: Emulator
) -> None:
    told = [json.dumps(event).encode() for event in stripe.store.all("event")]
    assert len(told) >= 4

    for event in reversed(told):
        assert send(event).status_code == 200

    attempt.refresh_from_db()
    assert (attempt.status, Order.objects.count()) == (Status.CAPTURED, 1)


@pytest.mark.django_db(transaction=True)
def test_events_and_the_return_page_at_the_same_moment_place_one_order(
    attempt: PaymentAttempt, stripe: Emulator
) -> None:
    client = signed_in(attempt.user)
    told = [json.dumps(event).encode() for event in stripe.store.all("event")]
    back = reverse("checkout:return", args=[attempt.reference])

    at_once(lambda: client.get(back), *(lambda body=body: send(body) for body in told))

    settle(attempt)
    assert (attempt.status, Order.objects.count()) == (Status.CAPTURED, 1)
    assert Source.objects.get().transactions.count() == 2
    assert client.get(back)["Location"] == reverse("checkout:thank-you")
