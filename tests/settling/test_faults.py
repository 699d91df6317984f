"""What arrives late, twice, in the wrong order or in between, and how each of it ends."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from django.test import Client
from django.urls import reverse
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.basket.models import Basket
from shop.checkout.pay import AlreadyUnderWay
from shop.demo.stripe import intents
from shop.demo.stripe.server import Emulator
from shop.payments import gateway
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt, StripeEvent
from shop.placing import orders
from shop.prescriptions.models import Authorisation, Prescription
from shop.settling.settle import settle, settle_quietly
from tests.conftest import basket_with, pack_of, signed_in
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card
from tests.settling.test_webhook import send


@pytest.fixture
def basket(approved: Prescription, medicine: Product) -> Basket:
    return basket_with(approved.user, pack_of(medicine, 10, 60))


@pytest.fixture
def paid(basket: Basket, approved: Prescription, stripe: Emulator) -> PaymentAttempt:
    """Authorised at the card page; the shop has not looked yet."""
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return attempt


def keep_settling(attempt: PaymentAttempt) -> PaymentAttempt:
    """As webhook, return page and cron do, one after the other."""
    for _ in range(6):
        settle_quietly(attempt)
        attempt.refresh_from_db()
    return attempt


def nothing_is_taken(stripe: Emulator) -> bool:
    return (
        "succeeded" not in intent_statuses(stripe)
        and "requires_capture" not in intent_statuses(stripe)
        and not Authorisation.objects.filter(units_supplied__gt=0).exists()
        and not StockRecord.objects.filter(num_allocated__gt=0).exists()
    )


def test_a_hold_released_at_stripe_ends_without_an_order_and_its_events_are_taken(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    [intent] = stripe.store.all("payment_intent")
    intents.cancel(stripe.store, intent, reason=None)

    answers = [send(json.dumps(event).encode()) for event in stripe.store.all("event")]

    paid.refresh_from_db()
    assert {answer.status_code for answer in answers} == {200}
    assert paid.status == Status.VOIDED
    assert not Order.objects.exists()


def test_events_in_reverse_order_and_twice_place_one_order(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    settle(paid)
    events = [json.dumps(event).encode() for event in reversed(stripe.store.all("event"))]

    answers = [send(body).status_code for body in [*events, *events]]

    assert set(answers) == {200}
    assert (Order.objects.count(), intent_statuses(stripe)) == (1, ["succeeded"])
    assert StripeEvent.objects.count() == len(events)


def test_the_return_page_after_the_webhook_shows_the_order(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    for event in stripe.store.all("event"):
        send(json.dumps(event).encode())

    answer = signed_in(paid.user).get(reverse("checkout:return", args=[paid.reference]))

    assert answer.headers["Location"] == reverse("checkout:thank-you")
    assert Order.objects.count() == 1


def test_refreshing_the_return_page_places_nothing_more(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    client: Client = signed_in(paid.user)
    address = reverse("checkout:return", args=[paid.reference])

    answers = [client.get(address).headers["Location"] for _ in range(3)]

    assert set(answers) == {reverse("checkout:thank-you")}
    assert (Order.objects.count(), intent_statuses(stripe)) == (1, ["succeeded"])


def test_a_card_entered_while_the_shop_closes_the_page_is_not_charged_for_the_old_cart(
    basket: Basket,
    approved: Prescription,
    medicine: Product,
    stripe: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, url = open_card_page(approved.user, basket)
    basket.flush()
    basket.add_product(pack_of(medicine, 10, 30), 1)
    close = gateway.close_card_page

    def pay_first(session_id: str, *, idempotency_key: str) -> None:
        pay_by_card(url)
        close(session_id, idempotency_key=idempotency_key)

    monkeypatch.setattr(gateway, "close_card_page", pay_first)
    with suppress(AlreadyUnderWay):
        open_card_page(approved.user, basket)

    keep_settling(first)
    assert first.status == Status.VOIDED
    assert nothing_is_taken(stripe)
    assert not Order.objects.exists()


def test_a_fault_in_the_middle_of_the_order_leaves_nothing_of_it(
    paid: PaymentAttempt, stripe: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the machine has a bad day")

    with monkeypatch.context() as broken:
        broken.setattr(orders, "_take_units", fail)
        with pytest.raises(RuntimeError):
            settle(paid)

    assert not Order.objects.exists()
    assert not StockRecord.objects.filter(num_allocated__gt=0).exists()
    paid.refresh_from_db()
    assert settle(paid).status == Status.CAPTURED
