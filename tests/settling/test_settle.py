"""From the card page to a placed order and captured money, or to neither."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord
from oscar.apps.payment.models import Source, Transaction
from pytest_django import Settings

from catalogue.models import Product, ProductClass
from shop.accounts.models import User
from shop.basket.models import Basket
from shop.checkout.pay import AlreadyUnderWay
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.settling.settle import settle
from tests.conftest import basket_with, let_the_log_know, pack_of
from tests.settling.paying import DECLINES, intent_statuses, open_card_page, pay_by_card


@pytest.fixture
def basket(approved: Prescription, medicine: Product) -> Basket:
    return basket_with(approved.user, pack_of(medicine, 10, 60))


def nothing_was_kept(stripe: Emulator) -> bool:
    """No order, no tablets, no stock, no address, no money; and the basket is still there."""
    return (
        not Order.objects.exists()
        and not Supply.objects.exists()
        and not Source.objects.exists()
        and not Authorisation.objects.filter(units_supplied__gt=0).exists()
        and not StockRecord.objects.filter(num_allocated__gt=0).exists()
        and "succeeded" not in intent_statuses(stripe)
        and "requires_capture" not in intent_statuses(stripe)
        and Basket.objects.filter(status=Basket.OPEN).count() == 1
    )


def test_a_paid_basket_becomes_an_order_and_the_money_is_captured(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)

    settle(attempt)

    order = Order.objects.get()
    assert (attempt.status, attempt.order) == (Status.CAPTURED, order)
    assert order.status == "Paid"
    assert order.total_incl_tax == Decimal("40.90")
    assert intent_statuses(stripe) == ["succeeded"]


def test_the_ledger_staff_see_shows_authorisation_and_capture(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    settle(attempt)

    source = Source.objects.get()
    assert (source.amount_allocated, source.amount_debited) == (Decimal("40.90"), Decimal("40.90"))
    assert sorted(Transaction.objects.values_list("txn_type", flat=True)) == ["Authorise", "Debit"]


def test_the_tablets_come_off_the_prescription_and_the_stock(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    settle(attempt)

    supply = Supply.objects.get()
    assert (supply.units, supply.order_line.order) == (60, Order.objects.get())
    assert Authorisation.objects.get().units_left == 0
    assert StockRecord.objects.get(partner_sku="BAC10-60").num_allocated == 1


def test_settling_again_changes_nothing(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    stale = PaymentAttempt.objects.get()
    settle(attempt)

    settle(attempt)
    settle(stale)

    assert Order.objects.count() == 1
    assert Source.objects.get().amount_debited == Decimal("40.90")


def test_nothing_happens_before_the_card_is_accepted(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url, DECLINES)

    settle(attempt)

    assert attempt.status == Status.SESSION_OPEN
    assert nothing_was_kept(stripe)


def test_a_good_card_after_a_declined_one_places_the_order(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url, DECLINES)
    pay_by_card(url)

    settle(attempt)

    assert attempt.status == Status.CAPTURED


def test_an_expired_card_page_ends_the_attempt(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    attempt, _ = open_card_page(approved.user, basket)
    stripe.advance_clock(25 * 60 * 60)

    settle(attempt)

    assert attempt.status == Status.EXPIRED
    assert nothing_was_kept(stripe)


def withdraw(approved: Prescription, basket: Basket, pharmacist: User) -> None:
    services.withdraw(approved, by=pharmacist, message="Call us")


def run_out(approved: Prescription, basket: Basket, pharmacist: User) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Prescription.objects.update(valid_until=yesterday)


def use_up(approved: Prescription, basket: Basket, pharmacist: User) -> None:
    Authorisation.objects.update(units_supplied=30)


def swap_strength(approved: Prescription, basket: Basket, pharmacist: User) -> None:
    line = basket.lines.get()
    other = pack_of(line.product.parent, 25, 60)
    basket.lines.update(product=other, stockrecord=other.stockrecords.get())


def add_packs(approved: Prescription, basket: Basket, pharmacist: User) -> None:
    basket.lines.update(quantity=3)


def raise_price(approved: Prescription, basket: Basket, pharmacist: User) -> None:
    StockRecord.objects.update(price=Decimal("99.00"))


def lower_price(approved: Prescription, basket: Basket, pharmacist: User) -> None:
    StockRecord.objects.update(price=Decimal("1.00"))


def sell_out(approved: Prescription, basket: Basket, pharmacist: User) -> None:
    StockRecord.objects.update(num_in_stock=5, num_allocated=5)


def order_elsewhere(approved: Prescription, basket: Basket, pharmacist: User) -> None:
    Basket.objects.filter(pk=basket.pk).update(status=Basket.SUBMITTED)


def end_supply_in_country(approved: Prescription, basket: Basket, pharmacist: User) -> None:
    pack = basket.lines.get().product
    pack.supply_countries.clear()
    let_the_log_know(pack)


Happening = Callable[[Prescription, Basket, User], None]


@pytest.mark.parametrize(
    ("happening", "failure"),
    [
        (withdraw, "withdrawn"),
        (run_out, "expired"),
        (use_up, "too_many"),
        (swap_strength, "changed"),
        (add_packs, "changed"),
        (raise_price, "changed"),
        (lower_price, "changed"),
        (end_supply_in_country, "country"),
    ],
)
def test_what_happens_while_paying_ends_without_order_or_charge(
    happening: Happening,
    failure: str,
    basket: Basket,
    approved: Prescription,
    pharmacist: User,
    stripe: Emulator,
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    happening(approved, basket, pharmacist)
    pay_by_card(url)

    settle(attempt)

    assert (attempt.status, attempt.failure) == (Status.VOIDED, failure)
    assert attempt.failure_detail
    assert not Order.objects.exists()
    assert not Supply.objects.exists()
    assert intent_statuses(stripe) == ["canceled"]
    assert Basket.objects.get(pk=basket.pk).status == Basket.OPEN


def test_what_needs_a_prescription_meanwhile_is_not_ordered_without_one(
    customer: User, medicine: Product, stripe: Emulator
) -> None:
    kind = ProductClass.objects.get()
    ProductClass.objects.update(needs_prescription=False)
    let_the_log_know(kind)
    attempt, url = open_card_page(customer, basket_with(customer, pack_of(medicine, 10, 60)))
    ProductClass.objects.update(needs_prescription=True)
    let_the_log_know(kind)
    pay_by_card(url)

    settle(attempt)

    assert (attempt.status, attempt.failure) == (Status.VOIDED, "no_prescription")
    assert nothing_was_kept(stripe)


def test_stock_that_is_gone_ends_without_order_or_charge(
    basket: Basket, approved: Prescription, pharmacist: User, stripe: Emulator
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    sell_out(approved, basket, pharmacist)
    pay_by_card(url)

    settle(attempt)

    assert (attempt.status, attempt.failure) == (Status.VOIDED, "out_of_stock")
    assert intent_statuses(stripe) == ["canceled"]
    assert not Order.objects.exists()
    assert StockRecord.objects.get(partner_sku="BAC10-60").num_allocated == 5


def test_a_basket_that_was_ordered_meanwhile_is_not_ordered_twice(
    basket: Basket, approved: Prescription, pharmacist: User, stripe: Emulator
) -> None:
    attempt, url = open_card_page(approved.user, basket)
    order_elsewhere(approved, basket, pharmacist)
    pay_by_card(url)

    settle(attempt)

    assert (attempt.status, intent_statuses(stripe)) == (Status.VOIDED, ["canceled"])
    assert not Order.objects.exists()


def test_the_same_quote_leads_to_the_same_card_page(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    _, first = open_card_page(approved.user, basket)
    _, second = open_card_page(approved.user, basket)

    assert first == second
    assert PaymentAttempt.objects.count() == 1


def test_another_quote_closes_the_first_card_page(
    basket: Basket, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    first, url = open_card_page(approved.user, basket)
    basket.flush()
    basket.add_product(pack_of(medicine, 10, 30), 1)

    second, other_url = open_card_page(approved.user, basket)

    first.refresh_from_db()
    assert (first.status, second.status) == (Status.EXPIRED, Status.SESSION_OPEN)
    assert other_url != url
    assert pay_by_card(url) != 303


def test_a_second_click_after_paying_leads_to_the_order(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    _, url = open_card_page(approved.user, basket)
    pay_by_card(url)

    with pytest.raises(AlreadyUnderWay) as under_way:
        open_card_page(approved.user, basket)

    assert under_way.value.attempt.order == Order.objects.get()


def test_a_mail_server_that_is_down_does_not_undo_the_order(
    basket: Basket, approved: Prescription, stripe: Emulator, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)

    settle(attempt)

    assert attempt.status == Status.CAPTURED


@pytest.mark.django_db(transaction=True)
def test_the_customer_gets_the_order_number_and_no_medicine_name(
    basket: Basket, approved: Prescription, stripe: Emulator
) -> None:
    mail.outbox.clear()
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)

    settle(attempt)

    used_up, message = mail.outbox
    assert "everything on your prescription is ordered" in used_up.subject
    assert attempt.order.number in message.subject
    assert "baclofen" not in (message.body + message.alternatives[0].content).lower()
