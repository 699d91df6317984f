"""From the button that says pay to the page that says what became of it: one order, or none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from shop.accounts.models import User
from shop.basket.models import Basket, Line
from shop.checkout.views import LOOKS
from shop.demo.stripe import intents
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import LIVE, Status
from shop.payments.models import PaymentAttempt
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from shop.settling import refunding
from tests.checkout.walking import fill_in_delivery, press_pay, said, step
from tests.conftest import let_the_log_know, signed_in
from tests.settling.paying import intent_statuses, pay_by_card


@pytest.fixture
def card_page(client: Client, approved: Prescription, stripe: Emulator) -> str:
    """The address of the card page, after pressing pay."""
    fill_in_delivery(client)
    return press_pay(client)["Location"]


def come_back(client: Client, **data: Any) -> HttpResponse:
    attempt = PaymentAttempt.objects.latest("pk")
    return client.get(reverse("checkout:return", args=[attempt.reference]), data, follow=True)


def test_the_whole_way_to_an_order(
    client: Client, approved: Prescription, stripe: Emulator
) -> None:
    fill_in_delivery(client)

    response = press_pay(client)
    pay_by_card(response["Location"])
    attempt = PaymentAttempt.objects.get()
    thanks = client.get(reverse("checkout:return", args=[attempt.reference]), follow=True)

    order = Order.objects.get()
    assert response.status_code == 303
    assert thanks.redirect_chain[-1][0] == step("thank-you")
    assert order.number in thanks.content.decode()
    assert (order.shipping_address.line1, order.shipping_code) == ("1 Sample Street", "standard")
    assert intent_statuses(stripe) == ["succeeded"]


def test_coming_back_unpaid_says_so(
    client: Client, approved: Prescription, stripe: Emulator
) -> None:
    fill_in_delivery(client)
    press_pay(client)
    attempt = PaymentAttempt.objects.get()

    page = client.get(reverse("checkout:return", args=[attempt.reference]))

    assert "We are waiting for your payment" in page.content.decode()
    assert not Order.objects.exists()


def test_coming_back_after_a_withdrawal_says_no_charge(
    client: Client, approved: Prescription, pharmacist: User, stripe: Emulator
) -> None:
    fill_in_delivery(client)
    response = press_pay(client)
    services.withdraw(approved, by=pharmacist, message="Call us")
    pay_by_card(response["Location"])
    attempt = PaymentAttempt.objects.get()

    page = client.get(reverse("checkout:return", args=[attempt.reference])).content.decode()

    assert "You were not charged" in page
    assert "withdrawn" in page
    assert intent_statuses(stripe) == ["canceled"]


def test_a_stranger_cannot_see_where_a_payment_stands(
    client: Client, approved: Prescription, other_customer: User, stripe: Emulator
) -> None:
    fill_in_delivery(client)
    press_pay(client)
    attempt = PaymentAttempt.objects.get()

    response = signed_in(other_customer).get(reverse("checkout:return", args=[attempt.reference]))

    assert response.status_code == 404


def test_paying_what_is_no_longer_the_price_shows_the_order_again(
    client: Client, approved: Prescription, stripe: Emulator
) -> None:
    fill_in_delivery(client)
    shown = client.get(step("preview")).context["quote_hash"]
    StockRecord.objects.update(price="50.00")
    let_the_log_know(*StockRecord.objects.all())

    response = client.post(step("preview"), {"quote": shown})

    assert response["Location"] == step("preview")
    assert "changed" in said(response)
    assert not PaymentAttempt.objects.exists()


def test_a_stripe_that_is_down_charges_nobody_and_loses_nothing(
    client: Client, approved: Prescription, stripe: Emulator
) -> None:
    fill_in_delivery(client)
    stripe.stop()
    response = press_pay(client)
    assert "not charged" in said(response)

    stripe.start()

    assert press_pay(client).status_code == 303


def test_the_status_of_the_attempt_is_captured(
    client: Client, approved: Prescription, stripe: Emulator
) -> None:
    fill_in_delivery(client)
    pay_by_card(press_pay(client)["Location"])
    attempt = PaymentAttempt.objects.get()

    for _ in range(3):
        client.get(reverse("checkout:return", args=[attempt.reference]))

    attempt.refresh_from_db()
    assert (attempt.status, Order.objects.count()) == (Status.CAPTURED, 1)


def test_the_page_after_the_card_page_looks_again_by_itself_a_few_times(
    client: Client, card_page: str
) -> None:
    looks = [come_back(client).headers["Refresh"]]
    looks += [come_back(client, look=n).headers["Refresh"] for n in range(1, LOOKS)]
    last = come_back(client, look=LOOKS)

    assert [look[-1] for look in looks] == [str(n) for n in range(1, LOOKS + 1)]
    assert "Refresh" not in last.headers
    assert "Look again" in last.content.decode()


@pytest.mark.parametrize("look", ["-1", "x", "99999999999999", "²"])
def test_a_strange_number_of_looks_does_no_harm(look: str, client: Client, card_page: str) -> None:
    assert come_back(client, look=look).status_code == 200


def test_a_look_after_the_card_was_accepted_shows_the_order(client: Client, card_page: str) -> None:
    come_back(client)
    pay_by_card(card_page)

    page = come_back(client, look=1)

    assert page.redirect_chain[-1][0] == step("thank-you")


def test_while_stripe_is_down_the_page_says_that_it_is_still_open(
    client: Client, card_page: str, stripe: Emulator
) -> None:
    pay_by_card(card_page)
    stripe.faults.add(Fault(path="/v1/checkout/sessions/*", status=503))

    html = come_back(client).content.decode()

    assert "We are waiting for your payment" in html
    assert "not charged" not in html


def test_two_tabs_lead_to_one_card_page(client: Client, card_page: str, customer: User) -> None:
    other_tab = signed_in(customer)
    fill_in_delivery(other_tab)

    assert press_pay(other_tab)["Location"] == card_page
    assert PaymentAttempt.objects.count() == 1


def test_the_back_button_after_paying_places_no_second_order(
    client: Client, card_page: str, stripe: Emulator
) -> None:
    pay_by_card(card_page)
    come_back(client)

    again = client.post(step("preview"), {"quote": PaymentAttempt.objects.get().quote_hash})

    assert again.status_code == 302
    assert (Order.objects.count(), intent_statuses(stripe)) == (1, ["succeeded"])


def test_the_back_button_to_the_card_page_takes_no_second_payment(
    client: Client, card_page: str, stripe: Emulator
) -> None:
    pay_by_card(card_page)

    assert pay_by_card(card_page) != 303

    come_back(client)
    assert (Order.objects.count(), intent_statuses(stripe)) == (1, ["succeeded"])


def test_pressing_pay_again_after_paying_leads_to_the_order(client: Client, card_page: str) -> None:
    pay_by_card(card_page)

    response = press_pay(client)

    attempt = PaymentAttempt.objects.get()
    assert response["Location"] == reverse("checkout:return", args=[attempt.reference])
    assert Order.objects.count() == 1


def test_a_card_page_that_expired_says_no_charge_and_a_new_one_can_be_paid(
    client: Client, card_page: str, stripe: Emulator
) -> None:
    stripe.advance_clock(25 * 60 * 60)

    assert "You were not charged" in come_back(client).content.decode()

    pay_by_card(press_pay(client)["Location"])
    assert come_back(client).redirect_chain[-1][0] == step("thank-you")


def test_who_was_signed_out_meanwhile_signs_in_and_finds_the_order(
    client: Client, card_page: str, customer: User
) -> None:
    pay_by_card(card_page)
    client.logout()
    attempt = PaymentAttempt.objects.get()
    sent_to = client.get(reverse("checkout:return", args=[attempt.reference]))
    assert sent_to["Location"].startswith(reverse("account_login"))

    client.force_login(customer)

    assert come_back(client).redirect_chain[-1][0] == step("thank-you")


def test_money_that_was_taken_without_an_order_is_said_to_go_back(
    client: Client, card_page: str, stripe: Emulator
) -> None:
    pay_by_card(card_page)
    with stripe.store.lock:
        [intent] = stripe.store.all("payment_intent")
        intents.capture(stripe.store, intent, None)
    StockRecord.objects.update(num_in_stock=0)

    html = come_back(client).content.decode()

    assert "Your money goes back to your card" in html
    assert "You were not charged" not in html
    assert stripe.store.all("charge")[0]["amount_refunded"] == 4090


def test_coming_back_to_an_order_that_was_cancelled_shows_that(
    client: Client, card_page: str, staff: User
) -> None:
    pay_by_card(card_page)
    come_back(client)
    refunding.cancel(Order.objects.get(), by=staff, note="The customer called")

    page = come_back(client)

    order = Order.objects.get()
    assert page.redirect_chain[-1][0] == reverse("customer:order", args=[order.number])
    assert "Thank you" not in page.content.decode()


@pytest.mark.parametrize("status", LIVE)
def test_a_basket_never_has_two_payments_under_way(
    status: Status, client: Client, card_page: str, basket: Basket
) -> None:
    first = PaymentAttempt.objects.get()
    facts = {"user": first.user, "basket": basket, "amount_minor": 1, "currency": "USD"}

    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentAttempt.objects.create(**facts, quote={}, quote_hash="x", status=status)


def in_currency(settings: Any, currency: str, price: str) -> None:
    settings.OSCAR_DEFAULT_CURRENCY = currency
    StockRecord.objects.update(price_currency=currency, price=Decimal(price))
    let_the_log_know(*StockRecord.objects.all())
    Line.objects.update(price_currency=currency)


def in_yen(settings: Any, price: str) -> None:
    in_currency(settings, "JPY", price)


def test_a_currency_without_cents_is_charged_in_whole_units(
    client: Client, approved: Prescription, stripe: Emulator, settings: Any
) -> None:
    in_yen(settings, "4000.10")
    fill_in_delivery(client)

    pay_by_card(press_pay(client)["Location"])
    come_back(client)

    [intent] = stripe.store.all("payment_intent")
    assert (intent["amount_received"], intent["currency"]) == (4005, "jpy")
    order = Order.objects.get()
    assert order.sources.get().amount_debited == Decimal(4005)


def test_a_currency_with_three_decimals_is_charged_exactly(
    client: Client, approved: Prescription, stripe: Emulator, settings: Any
) -> None:
    in_currency(settings, "KWD", "4.10")
    fill_in_delivery(client)

    pay_by_card(press_pay(client)["Location"])
    come_back(client)

    [intent] = stripe.store.all("payment_intent")
    assert (intent["amount_received"], intent["currency"]) == (9000, "kwd")
    assert Order.objects.get().sources.get().amount_debited == Decimal(9)


def test_less_than_stripe_charges_is_said_in_the_cart_and_asked_of_nobody(
    client: Client, approved: Prescription, stripe: Emulator, settings: Any
) -> None:
    in_currency(settings, "HUF", "100.00")
    fill_in_delivery(client)

    cart = client.get(reverse("basket:summary")).content.decode()
    answer = press_pay(client)

    assert "At least HUF" in cart.replace("\xa0", "")
    assert "175" in cart
    assert answer["Location"] == reverse("checkout:preview")
    preview = client.get(reverse("checkout:preview")).content.decode()
    assert "You were not charged. Put more into your cart" in preview
    assert stripe.requests == []
    assert not PaymentAttempt.objects.exists()


def test_what_stripe_charges_needs_no_word_in_the_cart(client: Client) -> None:
    assert "At least" not in client.get(reverse("basket:summary")).content.decode()


def test_an_amount_that_is_not_exact_is_refused_before_stripe_hears_of_it(
    client: Client, approved: Prescription, stripe: Emulator, settings: Any
) -> None:
    in_yen(settings, "4000.00")
    fill_in_delivery(client)

    response = press_pay(client)

    assert response["Location"] == step("preview")
    assert "not charged" in said(response)
    assert not PaymentAttempt.objects.exists()
    assert stripe.requests == []
