"""Which test runs where and when: the longest first, and a walk through the site in one process."""

from __future__ import annotations

import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.quick.costs import known

WALK = re.compile(r"tests/site/.*\[(anonymous|owner|other_customer|staff|pharmacist|superuser)\]")
# Seconds that a test is expected to take until it has run here; a slow one may say how many.
JOURNEY = 6.0
SLOW = 1.0
OTHERS = 0.1


class Packing(LoadScopeScheduling):
    """Gives each process its next test when it is nearly out of work, in the order collected."""

    def _split_scope(self, nodeid: str) -> str:
        walk = WALK.fullmatch(nodeid)
        return f"walk as {walk[1]}" if walk else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Packing:
    config.option.loadscopereorder = False
    return Packing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        costs = known()
        items.sort(key=lambda item: -costs.get(item.nodeid, guessed(item)))


def guessed(item: pytest.Item) -> float:
    if slow := item.get_closest_marker("slow"):
        return float(slow.kwargs.get("seconds", SLOW))
    return JOURNEY if item.get_closest_marker("journey") else OTHERS
