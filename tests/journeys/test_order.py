"""The way of an order, walked in a browser by the people it belongs to."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.utils import timezone
from oscar.apps.order.models import Order
from playwright.sync_api import Browser, Page, expect

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.prescriptions.models import Prescription
from tests.browser import DESKTOP, Visitor
from tests.conftest import basket_with, pack_of, send_prescription
from tests.journeys import dispensing, story
from tests.journeys.test_desk import send
from tests.review.desk import approve_reviewed
from tests.settling.paying import DECLINES, PAYS, intent_statuses, open_card_page
from tests.signed import load_medicines

pytestmark = pytest.mark.journey

EMAIL = "newcomer@example.com"


@pytest.fixture
def shelves(live_shop: str) -> None:
    """Medicines and packs as a new shop has them."""
    load_medicines(packs=True)


def today_and_in_a_month() -> dict[str, datetime.date]:
    today = timezone.localdate()
    return {"today": today, "until": today + datetime.timedelta(days=30)}


@pytest.mark.both_databases
def test_from_the_front_page_to_a_paid_order_that_is_sent(
    visitor_with: Visitor,
    another_visitor: Callable[[], Visitor],
    shelves: None,
    pharmacist: User,
    staff: User,
    stripe: Emulator,
) -> None:
    customer = visitor_with
    page = customer.page
    story.choose_pack(customer, strength=10, units=60)
    story.register(customer, EMAIL)
    story.send_prescription(customer)

    desk = story.open_review(story.sign_in(another_visitor(), pharmacist.email, "/admin/"))
    story.approve(desk, strength=10, units=60, **today_and_in_a_month())
    assert "approved" in mail.outbox[-1].subject

    page.reload()
    expect(page.locator("main")).to_contain_text("You can order now")
    story.held_to_the_rules(page, "approved")
    pay_what_is_due(page)
    order = Order.objects.get()
    expect(page.locator("h1")).to_contain_text(order.number)
    page.get_by_role("link", name="Follow your order").click()
    story.arrive_at(page, f"Order {order.number}", "order")
    story.warned_of_running_out(page)
    expect(page.get_by_role("link", name="How to cancel")).to_be_visible()
    assert intent_statuses(stripe) == ["succeeded"]
    assert order.number in mail.outbox[-1].subject

    office = another_visitor()
    back_office = story.sign_in(office, staff.email, "/dashboard/orders/")
    story.arrive_at(back_office, "Orders", "orders-of-staff")
    back_office.get_by_role("link", name=order.number).first.click()
    story.arrive_at(back_office, order.number, "order-of-staff")
    send_it(back_office, story.come_in(another_visitor(), pharmacist, "/dashboard/dispensing/"))
    assert office.complaints == []
    assert office.foreign_hosts == set()
    page.reload()
    expect(page.locator("main")).to_contain_text("Done: Delivered")
    expect(page.locator("main")).not_to_contain_text("run out before more arrive")


def pay_what_is_due(page: Page) -> None:
    page.get_by_role("link", name="Continue to payment").click()
    story.choose_delivery(page)
    story.warned_of_running_out(page)
    page.get_by_role("button", name=re.compile(r"^Pay \$50.30")).click()
    story.arrive_at(page, "Pay USD 50.30", "card-page")
    story.pay(page, PAYS)
    story.arrive_at(page, "Thank you", "thank-you")


def send_it(back_office: Page, checker: Page) -> None:
    """Dispensed by one, checked by another, sent, and said to have come."""
    presses, code = dispensing.Presses(), Order.objects.get().lines.get().partner_sku
    back_office.get_by_role("link", name="Dispensary").click()
    dispensing.dispense(back_office, presses, code)
    checker.reload()
    dispensing.check(checker, presses, code)
    dispensing.send(back_office, presses)
    back_office.goto(
        back_office.url.replace("dispensing/", f"orders/{Order.objects.get().number}/")
    )
    back_office.locator('select[name="new_status"]').select_option("Complete")
    back_office.locator('form:has(select[name="new_status"]) button').click()
    expect(back_office.locator("body")).to_contain_text("→ Complete")


def test_without_javascript_too(
    chromium: Browser, live_shop: str, shelves: None, pharmacist: User
) -> None:
    with chromium.new_context(viewport=DESKTOP, java_script_enabled=False) as context:  # type: ignore[arg-type]
        visitor = Visitor(context, live_shop)
        page = visitor.open("/catalogue/")
        page.get_by_role("link", name="Baclofen tablets").first.click()
        page.get_by_label("25 mg", exact=True).check()
        page.locator('input[name="pack-25mg"][data-count="90"]').check()
        page.get_by_role("button", name=re.compile("Add to")).click()

        expect(page.locator("main")).to_contain_text("25 mg")
        expect(page.locator("main")).to_contain_text("$83.70")


@pytest.fixture
def waiting(shelves: None, customer: User) -> Prescription:
    """Sent for the pack that lies in the customer's cart."""
    medicine = Product.objects.get(title="Baclofen tablets")
    basket_with(customer, pack_of(medicine, 10, 60))
    return send(customer, medicine)


def test_a_refusal_is_explained_and_nothing_can_be_paid(
    visitor: Visitor,
    another_visitor: Callable[[], Visitor],
    waiting: Prescription,
    pharmacist: User,
) -> None:
    own = story.come_in(visitor, waiting.user, f"/prescriptions/{waiting.reference}/")
    desk = story.open_review(story.come_in(another_visitor(), pharmacist, "/admin/"))
    desk.get_by_label("Refuse", exact=True).check()
    desk.get_by_role("button", name="Record decision").click()
    expect(desk.get_by_role("alert").first).to_contain_text("Choose why you refuse")
    story.held_to_the_rules(desk, "review-error")
    desk.get_by_label("Reason, when you refuse").select_option("R02")
    desk.get_by_label("Message to the customer").fill("Ask your doctor to sign it.")
    desk.get_by_role("button", name="Record decision").click()
    expect(desk.get_by_role("status").first).to_be_visible()

    own.reload()
    expect(own.locator("main")).to_contain_text("Ask your doctor to sign it.")
    story.held_to_the_rules(own, "refused")
    visitor.open("/checkout/preview/")
    expect(own.locator("h1")).to_have_text("Your prescription")


def test_a_question_and_its_answer(
    visitor: Visitor,
    another_visitor: Callable[[], Visitor],
    waiting: Prescription,
    pharmacist: User,
) -> None:
    own = story.come_in(visitor, waiting.user, f"/prescriptions/{waiting.reference}/")
    desk = story.open_review(story.come_in(another_visitor(), pharmacist, "/admin/"))
    desk.get_by_label("Ask the customer").check()
    desk.get_by_label("What you ask for, when you ask").select_option("Something else, in words")
    desk.get_by_label("Message to the customer").fill("How many tablets do you take a day?")
    desk.get_by_role("button", name="Record decision").click()
    expect(desk.get_by_role("status").first).to_be_visible()

    own.reload()
    expect(own.locator("main")).to_contain_text("How many tablets do you take a day?")
    story.held_to_the_rules(own, "question")
    own.get_by_label("Your answer").fill("Three.")
    own.get_by_role("button", name="Send to the pharmacist").click()
    expect(own.locator("main")).to_contain_text("Waiting for the pharmacist")

    desk.goto(f"{visitor.origin}/admin/")
    expect(desk.locator("main")).to_contain_text("Question answered")


@pytest.fixture
def card_page(shelves: None, customer: User, pharmacist: User, visitor: Visitor) -> Page:
    """The customer's prescription is approved, and they have pressed the button."""
    medicine = Product.objects.get(title="Baclofen tablets")
    approve_reviewed(send_prescription(customer, medicine), medicine, by=pharmacist)
    page = story.come_in(visitor, customer, "/about/")
    _, url = open_card_page(customer, basket_with(customer, pack_of(medicine, 10, 60)))
    page.goto(url)
    return page


def test_a_declined_card_then_a_good_one(card_page: Page, stripe: Emulator) -> None:
    story.pay(card_page, DECLINES)
    expect(card_page.locator("main")).to_contain_text("declined")
    story.held_to_the_rules(card_page, "card-declined")
    assert not Order.objects.exists()

    story.pay(card_page, PAYS)
    expect(card_page.locator("h1")).to_contain_text("Thank you")
    expect(card_page.locator("h1")).to_contain_text(Order.objects.get().number)
    assert intent_statuses(stripe) == ["succeeded"]


@pytest.mark.both_databases
def test_an_approval_withdrawn_while_paying_ends_without_charge(
    card_page: Page,
    another_visitor: Callable[[], Visitor],
    pharmacist: User,
    stripe: Emulator,
) -> None:
    reference = Prescription.objects.get().reference
    address = f"/admin/prescriptions/prescription/{reference}/"
    desk = story.come_in(another_visitor(), pharmacist, address)
    story.held_to_the_rules(desk, "decided")
    desk.get_by_label("Why, and what the customer should do").fill("Call us before you order.")
    desk.get_by_role("button", name="Withdraw").click()
    expect(desk.get_by_text("The approval is withdrawn.")).to_be_visible()
    story.pay(card_page, PAYS)

    story.arrive_at(card_page, "You were not charged", "not-charged")
    assert not Order.objects.exists()
    assert intent_statuses(stripe) == ["canceled"]
