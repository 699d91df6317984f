"""The parts that pages are made of, light and dark, on a phone and at a desk."""

from __future__ import annotations

import pytest

from shop.accounts.models import User
from tests.browser import Visitor
from tests.journeys import story

pytestmark = pytest.mark.journey

SCHEMES = ("light", "dark")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_part_can_be_read_by_everybody(
    visitor_with: Visitor, staff: User, scheme: str
) -> None:
    visitor_with.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page = story.come_in(visitor_with, staff, "/admin/components/")

    story.arrive_at(page, "Components", f"components-{scheme}")

    shown = page.evaluate("getComputedStyle(document.body).colorScheme")
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert shown == "light dark"
    assert (ink == "rgb(233, 240, 236)") == (scheme == "dark")
