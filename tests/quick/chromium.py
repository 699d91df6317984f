"""Without a browser no journey runs: that is said in one line, and in CI it is a failure."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.browser import executable

REASON = (
    "There is no Chromium, so no journey runs (Debian: apt-get install chromium-headless-shell)."
)


def pytest_sessionstart() -> None:
    if os.environ.get("CI") and not executable():
        pytest.exit(REASON, returncode=1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not executable():
        journeys = [item for item in items if item.get_closest_marker("journey")]
        config.hook.pytest_deselected(items=journeys)
        items[:] = [item for item in items if item not in journeys]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not executable():
        terminalreporter.write_line(REASON)
