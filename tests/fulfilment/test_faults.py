"""What goes wrong between the shop and Stripe, and how each of it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord
from oscar.apps.payment.models import Source

from catalogue.models import Product
from shop.accounts.models import User
from shop.basket.models import Basket
from shop.fulfilment import orders
from shop.fulfilment.pay import AlreadyUnderWay
from shop.fulfilment.settle import settle, settle_quietly
from shop.order.processing import EventHandler
from shop.payments import gateway
from shop.payments.emulator import intents
from shop.payments.emulator.faults import Fault
from shop.payments.emulator.server import Emulator
from shop.payments.models import PaymentAttempt, StripeEvent
from shop.payments.statuses import Status
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription
from tests.conftest import basket_with, pack_of, signed_in
from tests.fulfilment.paying import intent_statuses, open_card_page, pay_by_card
from tests.fulfilment.test_webhook import send

WEEK = 7 * 24 * 3600


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
        and not Authorisation.objects.filter(tablets_supplied__gt=0).exists()
        and not StockRecord.objects.filter(num_allocated__gt=0).exists()
    )


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", [None, 409, 429, 500, 503])
def test_whatever_trouble_stripe_has_with_a_capture_the_card_is_charged_once(
    when: Any, status: int | None, paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault("/v1/payment_intents/*/capture", when=when, status=status, times=2))

    keep_settling(paid)

    assert paid.status == Status.CAPTURED
    source = Source.objects.get()
    assert source.amount_debited == source.amount_allocated
    assert intent_statuses(stripe) == ["succeeded"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", [None, 409, 429, 500, 503])
def test_whatever_trouble_stripe_has_with_a_release_the_authorisation_is_released(
    when: Any,
    status: int | None,
    paid: PaymentAttempt,
    approved: Prescription,
    pharmacist: User,
    stripe: Emulator,
) -> None:
    stripe.faults.add(Fault("/v1/payment_intents/*/cancel", when=when, status=status, times=2))
    services.withdraw(approved, by=pharmacist, message="Call us")

    keep_settling(paid)

    assert paid.status == Status.VOIDED
    assert nothing_is_taken(stripe)


@pytest.mark.parametrize("status", [None, 409, 429, 500, 503])
def test_whatever_trouble_stripe_has_with_a_card_page_it_is_opened_after_two_more_clicks_at_most(
    status: int | None, basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    stripe.faults.add(Fault("/v1/checkout/sessions", when="after", status=status))
    with pytest.raises(gateway.GatewayUnavailable):
        open_card_page(approved.user, basket)

    with suppress(gateway.GatewayUnavailable):
        open_card_page(approved.user, basket)
    attempt, url = open_card_page(approved.user, basket)

    assert pay_by_card(url) == 303
    assert settle(attempt).status == Status.CAPTURED


def test_a_card_that_is_refused_at_capture_is_left_to_a_person_and_the_parcel_stays(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault("/v1/payment_intents/*/capture", status=402))

    keep_settling(paid)

    assert paid.status == Status.NEEDS_REVIEW
    with pytest.raises(InvalidOrderStatus):
        EventHandler().handle_order_status_change(Order.objects.get(), "Dispensing")


def test_a_hold_that_lapsed_before_anybody_looked_ends_without_an_order(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.advance_clock(WEEK + 1)

    keep_settling(paid)

    assert paid.status == Status.VOIDED
    assert not Order.objects.exists()
    assert nothing_is_taken(stripe)


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


def test_a_session_in_another_currency_is_released(paid: PaymentAttempt, stripe: Emulator) -> None:
    PaymentAttempt.objects.update(currency="AUD")
    paid.refresh_from_db()

    keep_settling(paid)

    assert (paid.status, paid.failure) == (Status.VOIDED, "amount")
    assert nothing_is_taken(stripe)


Moment = Callable[[PaymentAttempt, str, Emulator], None]


def at_the_card_page(attempt: PaymentAttempt, url: str, stripe: Emulator) -> None:
    """No card was entered yet."""


def authorised(attempt: PaymentAttempt, url: str, stripe: Emulator) -> None:
    pay_by_card(url)


def ordered(attempt: PaymentAttempt, url: str, stripe: Emulator) -> None:
    """The order is placed, and the card not charged yet."""
    pay_by_card(url)
    stripe.faults.add(Fault("/v1/payment_intents/*/capture"))
    settle_quietly(attempt)
    assert attempt.status == Status.PLACED


def charged(attempt: PaymentAttempt, url: str, stripe: Emulator) -> None:
    pay_by_card(url)
    settle(attempt)


@pytest.mark.parametrize("moment", [at_the_card_page, authorised])
def test_an_approval_withdrawn_before_the_order_ends_without_order_or_charge(
    moment: Moment,
    basket: Basket,
    approved: Prescription,
    pharmacist: User,
    stripe: Emulator,
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    moment(attempt, url, stripe)
    services.withdraw(approved, by=pharmacist, message="Call us")
    pay_by_card(url)

    keep_settling(attempt)

    assert (attempt.status, attempt.failure) == (Status.VOIDED, "withdrawn")
    assert nothing_is_taken(stripe)
    assert not Order.objects.exists()


@pytest.mark.parametrize("moment", [ordered, charged])
def test_an_approval_withdrawn_after_the_order_keeps_the_parcel_in_the_pharmacy(
    moment: Moment,
    basket: Basket,
    approved: Prescription,
    pharmacist: User,
    stripe: Emulator,
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    moment(attempt, url, stripe)
    services.withdraw(approved, by=pharmacist, message="Call us")

    keep_settling(attempt)

    assert attempt.status == Status.CAPTURED
    with pytest.raises(InvalidOrderStatus, match="withdrawn"):
        EventHandler().handle_order_status_change(Order.objects.get(), "Dispensing")


def test_a_fault_in_the_middle_of_the_order_leaves_nothing_of_it(
    paid: PaymentAttempt, stripe: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the machine has a bad day")

    with monkeypatch.context() as broken:
        broken.setattr(orders, "_take_tablets", fail)
        with pytest.raises(RuntimeError):
            settle(paid)

    assert not Order.objects.exists()
    assert not StockRecord.objects.filter(num_allocated__gt=0).exists()
    paid.refresh_from_db()
    assert settle(paid).status == Status.CAPTURED
