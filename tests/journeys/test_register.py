"""A pharmacist reads the register, notes on an entry, and prints it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from catalogue.models import Product
from shop.accounts.models import User
from tests.browser import Visitor
from tests.conftest import pack_of
from tests.journeys.story import arrive_at, come_in, held_to_the_rules
from tests.register.conftest import move, ordered, reviewed_prescription

# A sheet of A4 across, in CSS pixels.
PAPER = {"width": 1123, "height": 794}
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_an_entry_is_found_annotated_and_printed(
    visitor_with: Visitor,
    customer: User,
    medicine: Product,
    pharmacist: User,
    superintendent: User,
) -> None:
    reviewed_prescription(customer, medicine, by=pharmacist)
    move(ordered(customer, pack_of(medicine, 10, 60)), "Dispatched")

    page = come_in(visitor_with, pharmacist, "/admin/register/entry/")
    arrive_at(page, "Register of supplies", "register")
    page.get_by_label("From").fill("2020-02-02")
    page.get_by_label("To").fill("2020-02-01")
    page.get_by_role("button", name="Show").click()
    arrive_at(page, "Register of supplies", "register-wrong-days")
    page.get_by_role("link", name="Show everything").click()
    page.get_by_role("link", name="1", exact=True).click()
    arrive_at(page, "Register entry 1", "register-entry")
    page.get_by_role("button", name="Add the note").click()
    arrive_at(page, "Register entry 1", "register-note-missing")
    page.get_by_label("Note on this entry").fill("The address is 5 Placeholder Lane.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("The note is added")).to_be_visible()
    arrive_at(page, "Register entry 1", "register-noted")

    visitor_with.open("/admin/register/entry/")
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    expect(page.get_by_text("5 Placeholder Lane")).to_be_visible()
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    held_to_the_rules(page, "register-printed")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 390, "height": 844})

    page.context.clear_cookies()
    page = come_in(visitor_with, superintendent, "/admin/register/entry/1/")
    arrive_at(page, "Register entry 1", "register-read-only")
    expect(page.get_by_role("button", name="Add the note")).to_have_count(0)
