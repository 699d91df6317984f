"""A customer and a pharmacist write to each other, and the superintendent finds that they did."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from shop.accounts.models import User
from shop.prescriptions.models import Prescription
from tests.browser import Visitor
from tests.journeys.story import arrive_at, come_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_message_is_written_read_answered_and_recorded(
    visitor_with: Visitor,
    approved: Prescription,
    pharmacist: User,
    superintendent: User,
) -> None:
    own = f"/prescriptions/{approved.reference}/"
    page = come_in(visitor_with, approved.user, own)
    arrive_at(page, "Your prescription", "detail-with-messages")
    page.get_by_role("button", name="Send the message").click()
    arrive_at(page, "Prescription", "message-missing")
    page.get_by_label("Your message").fill("I feel dizzy in the morning")
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_text("Your message is sent")).to_be_visible()
    arrive_at(page, "Prescription", "message-sent")

    page.context.clear_cookies()
    page = come_in(visitor_with, pharmacist, "/admin/prescriptions/message/")
    arrive_at(page, "Messages", "desk-messages")
    page.get_by_role("link", name="Read").click()
    arrive_at(page, approved.reference, "desk-thread")
    page.get_by_label("Your message").fill("Take it with your meal")
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_text("not read yet")).to_be_hidden()
    visitor_with.open("/admin/mailing/email/")
    arrive_at(page, "Emails to decide about", "desk-emails")

    page.context.clear_cookies()
    page = come_in(visitor_with, superintendent, "/admin/audit/entry/")
    arrive_at(page, "Audit log", "audit")
    expect(page.get_by_role("cell", name="prescription.message")).to_have_count(2)
