"""What Stripe, the network or somebody at Stripe's dashboard may do to a payment, and its end."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from oscar.apps.order.models import Order
from oscar.apps.payment.models import Source
from pytest_django import Settings

from catalogue.models import Product
from shop.accounts.models import User
from shop.basket.models import Basket
from shop.demo.stripe import intents
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments.answers import GatewayUnavailable
from shop.payments.life_cycles import Review, Status
from shop.payments.models import PaymentAttempt, StripeOperation
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle, settle_quietly
from tests.conftest import basket_with, let_the_log_know, pack_of
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card
from tests.settling.test_settle import nothing_was_kept

SESSIONS = "/v1/checkout/sessions"
SESSION = "/v1/checkout/sessions/*"
CAPTURE = "/v1/payment_intents/*/capture"
CANCEL = "/v1/payment_intents/*/cancel"

# Each way in which Stripe does not confirm what it was asked; made anew for each test.
SILENCES: dict[str, dict[str, Any]] = {
    "down": {},
    "no answer": {"when": "after"},
    "rate limit": {"status": 429},
    "conflict": {"status": 409},
    "500": {"status": 500},
    "500 after": {"status": 500, "when": "after"},
    "503 after": {"status": 503, "when": "after"},
}
silences = pytest.mark.parametrize("silence", SILENCES.values(), ids=SILENCES)


@pytest.fixture
def basket(approved: Prescription, medicine: Product) -> Basket:
    return basket_with(approved.user, pack_of(medicine, 10, 60))


@pytest.fixture
def paid(basket: Basket, approved: Prescription, stripe: Emulator) -> PaymentAttempt:
    """Paid at the card page; nobody has looked yet."""
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return attempt


def settle_until_done(attempt: PaymentAttempt) -> None:
    """As the webhook, the return page and the command do one after the other."""
    settle_quietly(attempt)
    settle_quietly(attempt)
    settle(attempt)


@silences
def test_a_card_page_stripe_did_not_confirm_is_opened_in_the_end_and_paid_once(
    silence: dict[str, Any], basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path=SESSIONS, **silence))
    for _ in range(2):
        with pytest.raises(GatewayUnavailable):
            open_card_page(approved.user, basket)
        if silence.get("status") != 500:
            break

    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    settle(attempt)

    assert (attempt.status, Order.objects.count()) == (Status.CAPTURED, 1)
    assert intent_statuses(stripe) == ["succeeded"]


@silences
def test_a_look_at_stripe_that_failed_is_taken_again_and_the_order_placed_once(
    silence: dict[str, Any], paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path=SESSION, **silence))
    assert not settle_quietly(paid)
    assert not Order.objects.exists()

    settle(paid)

    assert (paid.status, Order.objects.count()) == (Status.CAPTURED, 1)


@silences
def test_a_capture_stripe_did_not_confirm_is_made_once_in_the_end(
    silence: dict[str, Any], paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path=CAPTURE, **silence))

    settle_until_done(paid)

    assert (paid.status, paid.captured_minor) == (Status.CAPTURED, 4090)
    assert Source.objects.get().amount_debited == Decimal("40.90")
    assert intent_statuses(stripe) == ["succeeded"]


@silences
def test_a_release_stripe_did_not_confirm_is_made_once_in_the_end(
    silence: dict[str, Any], paid: PaymentAttempt, pharmacist: User, stripe: Emulator
) -> None:
    assert paid.prescription
    services.withdraw(paid.prescription, by=pharmacist, message="Call us")
    stripe.faults.add(Fault(path=CANCEL, **silence))

    settle_until_done(paid)

    assert paid.status == Status.VOIDED
    assert nothing_was_kept(stripe)


@silences
def test_a_card_page_stripe_did_not_confirm_as_closed_takes_no_payment_beside_the_new_one(
    silence: dict[str, Any],
    basket: Basket,
    approved: Prescription,
    medicine: Product,
    stripe: Emulator,
) -> None:
    _, old_url = open_card_page(approved.user, basket)
    basket.flush()
    basket.add_product(pack_of(medicine, 10, 30), 1)
    stripe.faults.add(Fault(path=f"{SESSION}/expire", **silence))
    for _ in range(2):
        try:
            attempt, url = open_card_page(approved.user, basket)
            break
        except GatewayUnavailable:
            continue
    else:
        attempt, url = open_card_page(approved.user, basket)

    assert pay_by_card(old_url) != 303
    pay_by_card(url)
    settle(attempt)

    assert (attempt.status, Order.objects.count()) == (Status.CAPTURED, 1)


def test_a_hold_that_somebody_released_at_stripe_before_the_order_ends_without_order(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    with stripe.store.lock:
        [intent] = stripe.store.all("payment_intent")
        intents.cancel(stripe.store, intent, reason="abandoned")

    settle(paid)

    assert paid.status == Status.VOIDED
    assert nothing_was_kept(stripe)


def test_a_hold_that_lapsed_before_anybody_looked_ends_without_order(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.advance_clock(8 * 24 * 60 * 60)

    settle(paid)

    assert paid.status == Status.VOIDED
    assert nothing_was_kept(stripe)


def test_a_capture_refused_for_no_known_reason_needs_a_look_and_the_order_stays(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path=CAPTURE, status=400))

    settle(paid)

    assert (paid.status, paid.review) == (Status.NEEDS_REVIEW, Review.CAPTURE_REFUSED)
    assert "Refused on demand" in StripeOperation.objects.get().error


def test_a_release_refused_for_no_known_reason_needs_a_look(
    paid: PaymentAttempt, pharmacist: User, stripe: Emulator
) -> None:
    assert paid.prescription
    services.withdraw(paid.prescription, by=pharmacist, message="Call us")
    stripe.faults.add(Fault(path=CANCEL, status=400))

    settle(paid)

    assert (paid.status, paid.review) == (Status.NEEDS_REVIEW, Review.RELEASE_REFUSED)
    assert not Order.objects.exists()


def revoke(prescription: Prescription, pharmacist: User) -> None:
    prescription.refresh_from_db()
    services.withdraw(prescription, by=pharmacist, message="Call us")


@pytest.mark.parametrize("status", ["session_open", "paid", "placed", "captured"])
def test_a_prescription_withdrawn_at_any_moment_lets_no_tablet_leave(
    status: str,
    basket: Basket,
    approved: Prescription,
    pharmacist: User,
    staff: User,
    stripe: Emulator,
) -> None:
    from oscar.apps.order.exceptions import InvalidOrderStatus

    from shop.order.processing import EventHandler

    attempt, url = open_card_page(approved.user, basket)
    steps: dict[str, Callable[[], Any]] = {
        "session_open": lambda: None,
        "paid": lambda: pay_by_card(url),
        "placed": lambda: settle_quietly(attempt),
        "captured": lambda: settle(attempt),
    }
    stripe.faults.add(Fault(path=CAPTURE))
    for name, step in steps.items():
        step()
        if name == status:
            break
    revoke(approved, pharmacist)
    pay_by_card(url)
    settle(attempt)

    if status in ("session_open", "paid"):
        assert attempt.status == Status.VOIDED
        assert nothing_was_kept(stripe)
    else:
        assert attempt.status == Status.CAPTURED
        with pytest.raises(InvalidOrderStatus, match="withdrawn"):
            EventHandler(user=staff).handle_order_status_change(attempt.order, "Dispensing")


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 1},
        {"currency": "EUR"},
        {"reference": "5f0d8d8e-0000-4000-8000-000000000001"},
    ],
    ids=["amount", "currency", "reference"],
)
def test_an_authorisation_of_something_else_is_released(
    changes: dict[str, Any], paid: PaymentAttempt, stripe: Emulator
) -> None:
    PaymentAttempt.objects.update(**changes)
    let_the_log_know(paid)
    paid.refresh_from_db()

    settle(paid)

    assert (paid.status, paid.failure) == (Status.VOIDED, "amount")
    assert nothing_was_kept(stripe)


def test_an_authorisation_in_test_mode_buys_nothing_from_a_live_shop(
    paid: PaymentAttempt, stripe: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stripe.store.lock:
        [session] = stripe.store.all("checkout.session")
        session["livemode"] = True

    settle(paid)

    assert (paid.status, paid.failure) == (Status.VOIDED, "amount")


@pytest.mark.parametrize("key", ["sk_live_51abc", "rk_live_51abc"])
def test_a_shop_with_either_kind_of_live_key_takes_real_money(
    key: str, paid: PaymentAttempt, stripe: Emulator, settings: Settings
) -> None:
    settings.STRIPE_SECRET_KEY = key
    stripe._api._api_key = key  # noqa: SLF001 the emulator itself takes no live key
    with stripe.store.lock:
        [session] = stripe.store.all("checkout.session")
        session["livemode"] = True

    settle(paid)

    assert paid.status == Status.CAPTURED


def test_what_stripe_gave_up_on_an_old_key_is_not_tried_blindly(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path=CAPTURE))
    settle_quietly(paid)
    stripe.advance_clock(8 * 24 * 60 * 60)
    StripeOperation.objects.update(keyed_at=timezone.now() - datetime.timedelta(days=8))
    stripe.requests.clear()

    settle(paid)

    assert [request.method for request in stripe.requests] == ["GET"]
    assert paid.status == Status.CAPTURE_FAILED


def test_a_card_page_stripe_does_not_know_is_left_to_a_person(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    attempt, _ = open_card_page(approved.user, basket)
    PaymentAttempt.objects.update(session_id="cs_test_unknown")
    attempt.refresh_from_db()

    settle(attempt)

    assert attempt.status == Status.NEEDS_REVIEW
    assert nothing_was_kept(stripe)


def test_a_key_stripe_does_not_take_says_nothing_about_the_payment(
    basket: Basket, approved: Prescription, stripe: Emulator, settings: Settings
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    right = settings.STRIPE_SECRET_KEY
    settings.STRIPE_SECRET_KEY = "sk_test_changed"
    assert not settle_quietly(attempt)

    settings.STRIPE_SECRET_KEY = right
    settle(attempt)

    assert attempt.status == Status.CAPTURED


def test_somebody_elses_session_places_nothing(
    basket: Basket, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    paid, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    other_basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    other, _ = open_card_page(approved.user, other_basket)
    PaymentAttempt.objects.filter(pk=paid.pk).update(session_id="cs_gone")
    PaymentAttempt.objects.filter(pk=other.pk).update(session_id=paid.session_id)
    let_the_log_know(paid, other)
    other.refresh_from_db()

    settle(other)

    assert (other.status, other.failure) == (Status.VOIDED, "amount")
    assert not Order.objects.exists()
