"""A card that the bank declines: the customer tries again, and nothing of the shop's stops."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.urls import reverse
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.basket.models import Basket
from shop.demo.stripe.cards import CARDS
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle
from tests.conftest import basket_with, pack_of, signed_in
from tests.demo.stripe.orders import open_session
from tests.demo.stripe.sdk import client_for
from tests.settling.paying import PAYS, open_card_page, pay_by_card
from tests.settling.test_reconcile import reconcile
from tests.settling.test_webhook import send

DECLINED = [number for number, card in CARDS.items() if card.decline and not card.asks]


@pytest.fixture
def basket(approved: Prescription, medicine: Product) -> Basket:
    return basket_with(approved.user, pack_of(medicine, 10, 60))


@pytest.fixture
def page(basket: Basket, approved: Prescription, stripe: Emulator) -> tuple[PaymentAttempt, str]:
    """An attempt at the card page, and the page's address."""
    return open_card_page(approved.user, basket)


@pytest.fixture
def declined(page: tuple[PaymentAttempt, str]) -> PaymentAttempt:
    """An attempt whose only card was declined."""
    pay_by_card(page[1], DECLINED[0])
    return page[0]


@pytest.mark.parametrize("number", DECLINED)
def test_the_event_of_a_decline_is_taken_and_the_next_card_pays(
    number: str, page: tuple[PaymentAttempt, str], stripe: Emulator
) -> None:
    attempt, url = page
    pay_by_card(url, number)
    [failed] = [
        e for e in stripe.store.all("event") if e["type"] == "payment_intent.payment_failed"
    ]

    assert send(json.dumps(failed).encode()).status_code == 200
    attempt.refresh_from_db()
    assert (attempt.status, attempt.stumbles) == (Status.SESSION_OPEN, 0)
    pay_by_card(url, PAYS)

    assert settle(attempt).status == Status.CAPTURED
    assert Order.objects.count() == 1


def test_the_page_after_a_decline_says_that_nothing_was_charged(declined: PaymentAttempt) -> None:
    address = reverse("checkout:return", args=[declined.reference])

    assert signed_in(declined.user).get(address).status_code == 200


def test_pressing_pay_again_after_a_decline_leads_to_the_same_card_page(
    declined: PaymentAttempt, approved: Prescription, basket: Basket
) -> None:
    again, _ = open_card_page(approved.user, basket)

    assert again.pk == declined.pk


def test_both_commands_go_on_after_a_decline(declined: PaymentAttempt) -> None:
    call_command("finish_pending", stdout=io.StringIO())

    status, said = reconcile()

    assert (status, "Everything agrees" in said) == (0, True)


def test_other_payments_of_the_account_stop_no_comparison(
    declined: PaymentAttempt, stripe: Emulator
) -> None:
    session = open_session(
        client_for(stripe.base_url), payment_intent_data={"capture_method": "automatic"}
    )
    pay_by_card(session.url)
    with stripe.store.lock:
        charge = stripe.store.all("charge")[-1]
        charge["payment_method_details"] = {"type": "klarna", "klarna": {}}

    assert reconcile()[0] == 0
