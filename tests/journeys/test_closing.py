"""A customer deletes a patient and closes the account."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from tests.browser import Visitor
from tests.conftest import PASSWORD, add_patient, send_prescription
from tests.journeys.story import arrive_at, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_what_is_kept_is_said_before_anything_is_deleted(
    visitor_with: Visitor, customer: User, approved: Prescription, medicine: Product
) -> None:
    add_patient(customer)
    waiting = send_prescription(customer, medicine)

    page = sign_in(visitor_with, "anna@example.com", "/patients/")
    page.get_by_role("link", name="Robin Example").click()
    page.get_by_role("link", name="Delete this patient").click()
    arrive_at(page, "Delete Robin Example", "patient-delete")
    page.get_by_role("button", name="Delete").click()
    arrive_at(page, "Delete Robin Example", "patient-delete-wrong")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The patient is deleted")).to_be_visible()

    visitor_with.open("/accounts/profile/")
    page.get_by_role("link", name="Close your account").click()
    arrive_at(page, "Close your account", "close-not-yet")
    expect(page.get_by_text(waiting.reference).first).to_be_visible()
    services.cancel(waiting, by=customer)
    page.reload()
    arrive_at(page, "Close your account", "close")
    page.get_by_label("Your password").fill("not this one")
    page.get_by_role("button", name="Close my account").click()
    arrive_at(page, "Close your account", "close-wrong-password")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Close my account").click()
    expect(page.get_by_text("Your account is closed")).to_be_visible()
    page.reload()
    visitor_with.open("/accounts/profile/")
    arrive_at(page, "Sign in", "sign-in-after-closing")
