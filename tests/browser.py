"""Chromium for the journeys: one browser per test process, a new visitor per test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
# A busy machine may need longer than Playwright's own limits for a page.
LONGEST_MILLISECONDS = 90_000
OWN_HOST = "127.0.0.1"
# Chromium then looks for nothing outside: no updates, no sync, no experiments.
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


# Without windows it takes a third of the processor time.
DEBIANS = ("chromium-headless-shell", "chromium")
PLAYWRIGHTS = (
    "chromium_headless_shell-*/chrome-*/*headless*shell",
    "chromium-*/chrome-linux*/chrome",
)


def executable() -> str | None:
    """Debian's Chromium where there is one, else Playwright's own; without windows if it can be."""
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    own = (str(path) for name in PLAYWRIGHTS for path in sorted(folder.glob(name), reverse=True))
    return next(chain(filter(None, map(shutil.which, DEBIANS)), own), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys of a process."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in the thread of the test, so Django takes the test for a coroutine
        # and refuses the database. The test waits for each answer, so nothing runs in between.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        running = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        yield running
        running.close()


class Visitor:
    """Somebody with a browser; notes what their pages ask for and complain about."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.origin = origin
        self.requests: list[str] = []
        self.complaints: list[str] = []
        context.set_default_timeout(LONGEST_MILLISECONDS)
        self.page = context.new_page()
        self.page.on("request", self._note_request)
        self.page.on("console", lambda message: self._note_complaint(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note_complaint("error", str(error)))

    def open(self, path: str) -> Page:
        """Open a path of the shop."""
        self.page.goto(f"{self.origin}{path}")
        return self.page

    @property
    def foreign_hosts(self) -> set[str]:
        """Hosts that a page asked for something, other than this machine."""
        asked = {urlsplit(url).hostname for url in self.requests if not url.startswith("data:")}
        return {host for host in asked if host and host != OWN_HOST}

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _note_complaint(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)


def accessibility_faults(page: Page, parts: str | None = None) -> list[str]:
    """What axe finds wrong with the page as it is now, or with the parts that a selector names."""
    found: list[dict[str, Any]] = Axe().run(page, context=parts).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def sideways_scroll(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    wider: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def window(request: pytest.FixtureRequest) -> dict[str, int]:
    """The width and height of the window; a test that asks for it runs on both."""
    size: dict[str, int] = request.param
    return size


@pytest.fixture
def visitor(chromium: Browser, live_shop: str) -> Iterator[Visitor]:
    """A visitor at a desktop, who is nowhere sent to another host and meets no script error."""
    yield from _visit(chromium, live_shop, DESKTOP)


@pytest.fixture
def visitor_with(chromium: Browser, live_shop: str, window: dict[str, int]) -> Iterator[Visitor]:
    """The same in a window of each size."""
    yield from _visit(chromium, live_shop, window)


def _visit(browser: Browser, origin: str, size: dict[str, int]) -> Iterator[Visitor]:
    with browser.new_context(viewport=size) as context:  # type: ignore[arg-type]
        someone = Visitor(context, origin)
        yield someone
        assert someone.foreign_hosts == set()
        assert someone.complaints == []
