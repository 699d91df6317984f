"""The hosted page in Chromium: its policy holds, it passes axe, it fits a small screen."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.demo.stripe.orders import open_session
from tests.demo.stripe.sdk import StripeClient
from tests.demo.stripe.shop_inbox import ShopInbox
from tests.demo.stripe.visitor import CHALLENGES, DECLINES, PAYS

pytestmark = pytest.mark.journey


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context(viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        yield page
        assert [text for text in complaints if "Content Security Policy" in text] == []


def pay(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry date").fill("12/34")
    page.get_by_label("CVC").fill("123")
    page.get_by_label("Name on the card").fill("Jo Example")
    page.locator("html").evaluate("page => page.setAttribute('data-left', '')")
    page.get_by_role("button", name="Pay GBP 23.50").click()
    # Until another page is there, and whole.
    page.locator("html:not([data-left])").wait_for(state="attached")
    page.wait_for_load_state()


def assert_fit_for_everyone(page: Page) -> None:
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320


def test_a_good_card_reaches_the_shop(client: StripeClient, page: Page, inbox: ShopInbox) -> None:
    shop = inbox.url.removesuffix("/webhook")
    session = open_session(client, success_url=f"{shop}/return/{{CHECKOUT_SESSION_ID}}")

    page.goto(session.url)
    assert_fit_for_everyone(page)
    pay(page, PAYS)

    page.wait_for_url(f"{shop}/return/{session.id}")


def test_a_wrong_form_a_decline_and_a_challenge_are_fit_for_everyone(
    client: StripeClient, page: Page, inbox: ShopInbox
) -> None:
    shop = inbox.url.removesuffix("/webhook")
    session = open_session(client, success_url=f"{shop}/return/{{CHECKOUT_SESSION_ID}}")
    page.goto(session.url)

    pay(page, "1")
    assert_fit_for_everyone(page)
    pay(page, DECLINES)
    assert_fit_for_everyone(page)
    pay(page, CHALLENGES)
    assert_fit_for_everyone(page)
    page.get_by_role("button", name="Complete").click()

    page.wait_for_url(f"{shop}/return/{session.id}")
    page.goto(session.url)
    assert_fit_for_everyone(page)
