"""Staff pay money back and cancel; the customer sees it on the order's page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe import disputes
from shop.demo.stripe.server import Emulator
from shop.payments.models import PaymentAttempt
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle
from tests.browser import PHONE, Visitor, sideways_scroll
from tests.conftest import basket_with, pack_of
from tests.journeys import every_office_page, story
from tests.settling.paying import open_card_page, pay_by_card

NARROWEST = 320

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def attempt(
    live_shop: str, approved: Prescription, medicine: Product, stripe: Emulator
) -> PaymentAttempt:
    """A paid order of two packs."""
    basket = basket_with(approved.user, pack_of(medicine, 10, 30), quantity=2)
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return settle(attempt)


def test_a_part_is_paid_back_then_the_order_is_cancelled(
    attempt: PaymentAttempt,
    visitor_with: Visitor,
    another_visitor: Callable[..., Visitor],
    window: dict[str, int],
    customer: User,
    staff: User,
    stripe: Emulator,
) -> None:
    number = attempt.order.number
    office = story.come_in(visitor_with, staff, f"/dashboard/orders/{number}/")
    story.arrive_at(office, number, "refunds-order-paid")

    pay_one_pack_back(office)

    shopper = another_visitor(window)
    own = story.come_in(shopper, customer, f"/accounts/orders/{number}/")
    expect(own.locator("main")).to_contain_text("$18.00 paid back to your card")
    story.held_to_the_rules(own, "refunds-customer-part")

    the_customer_disputes_the_charge(stripe)
    office.get_by_role("button", name="Look again at Stripe").click()
    expect(office.locator("#payment")).to_contain_text("disputes $5.00")
    story.held_to_the_rules(office, "refunds-order-disputed")
    office.goto(f"{visitor_with.origin}/dashboard/orders/payments/")
    story.arrive_at(office, "Payments", "refunds-payments")
    office.get_by_role("link", name=number).first.click()

    cancel_the_order(office)

    own.reload()
    expect(own.locator("main")).to_contain_text("nothing will be sent")
    story.held_to_the_rules(own, "refunds-customer-cancelled")
    if window == PHONE:
        no_page_of_the_office_is_wider_than_a_phone(another_visitor(PHONE), attempt)


def no_page_of_the_office_is_wider_than_a_phone(visitor: Visitor, attempt: PaymentAttempt) -> None:
    page = story.come_in(visitor, every_office_page.make_boss(), "/dashboard/")
    wider = {}
    pack = attempt.order.lines.get().product
    for address in every_office_page.addresses(attempt.prescription, attempt.order, pack):
        for width in (PHONE["width"], NARROWEST):
            page.set_viewport_size({**PHONE, "width": width})
            if width == PHONE["width"]:
                visitor.open(address)
            if by := sideways_scroll(page):
                wider[f"{address} at {width}"] = by

    assert wider == {}


def pay_one_pack_back(office: Page) -> None:
    office.get_by_role("link", name="Pay money back").click()
    story.arrive_at(office, "Pay money back", "refunds-form")
    office.get_by_label(re.compile("^Packs of")).fill("1")
    office.get_by_label("Amount").fill("99")
    office.get_by_role("button", name="Pay back").click()
    expect(office.get_by_role("alert")).to_contain_text("Nothing was done yet")
    expect(office.locator("#id_amount_error")).to_contain_text("Only 40.90 USD is left")
    story.held_to_the_rules(office, "refunds-form-error")
    office.get_by_label("Amount").fill("")
    office.get_by_label("Reason").select_option("damaged")
    office.get_by_label("Note").fill("One pack arrived wet")
    office.get_by_role("button", name="Pay back").click()
    expect(office.locator("#payment")).to_contain_text("One pack arrived wet")
    expect(office.locator("#payment")).to_contain_text("$18.00")
    story.held_to_the_rules(office, "refunds-order-part")


def the_customer_disputes_the_charge(stripe: Emulator) -> None:
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        disputes.create(stripe.store, charge, amount=500, reason="product_not_received")


def cancel_the_order(office: Page) -> None:
    office.get_by_role("link", name="Cancel this order").click()
    story.arrive_at(office, "Cancel order", "refunds-cancel")
    office.get_by_role("button", name="Cancel the order").click()
    expect(office.get_by_role("alert")).to_contain_text("Nothing was done yet")
    story.held_to_the_rules(office, "refunds-cancel-error")
    office.get_by_label(re.compile("^Why")).fill("The customer called")
    office.get_by_role("button", name="Cancel the order").click()
    expect(office.get_by_role("status")).to_contain_text("The order is cancelled")
    story.held_to_the_rules(office, "refunds-order-cancelled")
