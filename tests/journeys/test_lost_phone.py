"""A pharmacist's phone is lost: the app is taken away, registered anew, and two say who it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from shop.accounts.models import User
from tests.authenticator import code_now, register_app
from tests.browser import Visitor
from tests.conftest import PASSWORD, make_pharmacist, signed_in
from tests.journeys.story import arrive_at, held_to_the_rules

pytestmark = pytest.mark.journey


def comes_as(visitor: Visitor, user: User) -> Visitor:
    """Signed in, with a code of a moment ago."""
    session = signed_in(user).cookies["sessionid"].value
    cookie: Any = {"name": "sessionid", "value": session, "url": visitor.origin}
    visitor.page.context.add_cookies([cookie])
    return visitor


def test_from_the_lost_phone_to_the_rights_again(
    visitor_with: Visitor,
    another_visitor: Callable[..., Visitor],
    window: dict[str, int],
    superintendent: User,
    pharmacist: User,
) -> None:
    second = make_pharmacist("second@example.com", number="222")
    account = reverse("admin:accounts_user_change", args=[pharmacist.pk])
    page = comes_as(visitor_with, superintendent).open(account)
    expect(page.get_by_role("button", name="Send a link to choose a password")).to_be_visible()
    page.get_by_role("link", name="Take the second factor away").click()
    arrive_at(page, "Take the second factor away", "factor-take")
    page.get_by_role("button", name="Take it away").click()
    held_to_the_rules(page, "factor-no-reason")
    page.get_by_label("The phone is lost or stolen").check()
    page.get_by_role("button", name="Take it away").click()
    expect(page.get_by_text("The second factor is taken away.")).to_be_visible()

    register_app(pharmacist)
    held = comes_as(another_visitor(window), pharmacist)
    expect(held.open("/admin/").get_by_text("nothing clinical opens")).to_be_visible()

    identity = reverse("admin:account-identity", args=[pharmacist.pk])
    page = visitor_with.open(identity)
    arrive_at(page, "Confirm who this is", "identity")
    page.get_by_label("I have seen this person today").check()
    page.get_by_role("button", name="I confirm it").click()
    expect(page.get_by_text("Confirmed. One more has to.")).to_be_visible()
    other = comes_as(another_visitor(window), second).open(identity)
    arrive_at(other, "Confirm who this is", "identity-second")
    expect(other.get_by_text("super@example.com has confirmed it.")).to_be_visible()
    other.get_by_label("I have seen this person today").check()
    other.get_by_role("button", name="I confirm it").click()

    arrive_at(held.open("/admin/"), "Prescriptions", "identity-queue")


def test_pages_that_ask_again(visitor_with: Visitor, customer: User, pharmacist: User) -> None:
    page = comes_as(visitor_with, customer).open(reverse("own-data"))
    arrive_at(page, "Download your data", "own-data")
    page.get_by_role("button", name="Download").click()
    held_to_the_rules(page, "own-data-no-password")
    with page.expect_download() as download:
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "my-data.json"

    page = comes_as(visitor_with, pharmacist).open("/accounts/2fa/recovery-codes/generate/")
    arrive_at(page, "Confirm that it is you", "codes-password")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    arrive_at(page, "Make new recovery codes", "codes-make")
    page.get_by_label("Code").fill("12345678")
    page.get_by_role("button", name="Make new codes").click()
    expect(page.get_by_role("alert")).to_contain_text("a recovery code does not count here")
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Make new codes").click()
    arrive_at(page, "Recovery codes", "codes-made")

    page = visitor_with.open("/accounts/password/reset/key/1-used/")
    arrive_at(page, "This link no longer works", "link-old")
    page = visitor_with.open("/accounts/password/reset/done/")
    arrive_at(page, "Check your email", "link-sent")
