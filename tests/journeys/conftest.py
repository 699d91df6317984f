"""More than one person in a journey."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import DESKTOP, Visitor


@pytest.fixture
def another_visitor(chromium: Browser, live_shop: str) -> Iterator[Callable[..., Visitor]]:
    """Somebody else with a browser of their own; at a desktop unless a window is given."""
    contexts = []

    def come(window: dict[str, int] = DESKTOP) -> Visitor:
        contexts.append(chromium.new_context(viewport=window))  # type: ignore[arg-type]
        return Visitor(contexts[-1], live_shop)

    yield come
    for context in contexts:
        context.close()
