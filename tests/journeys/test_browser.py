"""The browser itself: what every journey rests on."""

import pytest

from catalogue.models import Product
from tests.browser import Visitor, accessibility_faults, sideways_scroll

pytestmark = pytest.mark.journey


def test_the_front_page_fits_and_asks_nobody_else(visitor_with: Visitor, medicine: Product) -> None:
    page = visitor_with.open("/")

    assert page.locator("h1").count() == 1
    assert accessibility_faults(page) == []
    assert sideways_scroll(page) <= 0
    assert any(url.endswith(".css") for url in visitor_with.requests)


def test_what_a_page_asks_of_another_host_is_noticed(visitor: Visitor) -> None:
    # Not a page of the shop, whose policy would stop this before it is asked.
    visitor.page.goto("about:blank")

    visitor.page.evaluate("fetch('http://elsewhere.example/').catch(() => {})")

    assert visitor.foreign_hosts == {"elsewhere.example"}
    visitor.requests.clear()
    visitor.complaints.clear()


def test_what_the_policy_of_a_page_stops_is_noticed(visitor: Visitor) -> None:
    page = visitor.open("/about/")

    page.evaluate("fetch('http://elsewhere.example/').catch(() => {})")

    assert any("Content Security Policy" in complaint for complaint in visitor.complaints)
    visitor.complaints.clear()
