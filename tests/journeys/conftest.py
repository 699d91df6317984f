"""More than one person in a journey."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import DESKTOP, Visitor
from tests.journeys.story import Seen


@pytest.fixture(scope="session", autouse=True)
def _seen_by_axe(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One list for all processes of a run, whose own folders lie side by side."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    Seen.folder = shared / "seen-by-axe"
    Seen.folder.mkdir(exist_ok=True)


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
