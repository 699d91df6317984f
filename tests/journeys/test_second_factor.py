"""Somebody who starts working here registers an authenticator app; later a decision asks for a code."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from shop.accounts.models import User
from tests.accounts.signing_in import without_app
from tests.authenticator import code_now
from tests.browser import Visitor
from tests.conftest import PASSWORD
from tests.journeys.story import arrive_at, held_to_the_rules, sign_in

pytestmark = pytest.mark.journey


def test_a_new_pharmacist_registers_an_app(visitor_with: Visitor, pharmacist: User) -> None:
    without_app(pharmacist)
    page = sign_in(visitor_with, pharmacist.email, "/admin/")
    arrive_at(page, "Confirm that it is you", "app-password")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    arrive_at(page, "Register an authenticator app", "app-register")
    picture = page.get_by_role("img", name="QR code")
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 0

    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Register the app").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    held_to_the_rules(page, "app-wrong")
    key = page.locator("code.key").inner_text()
    page.get_by_label("Code").fill(code_now(key=key))
    page.get_by_role("button", name="Register the app").click()

    arrive_at(page, "Recovery codes", "app-codes")
    expect(page.locator("code.key")).to_have_count(10)
    page.get_by_role("link", name=re.compile("Continue")).click()
    arrive_at(page, "Prescriptions", "app-queue")
    arrive_at(visitor_with.open("/accounts/2fa/"), "Sign in with an authenticator app", "app-index")
