"""Which test runs where and when: the longest first, and a walk through the site in one process."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Generator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.quick.costs import known

WALK = re.compile(r"tests/site/.*\[(anonymous|owner|other_customer|staff|pharmacist|superuser)\]")
# Seconds that a test is expected to take until it has run here; a slow one may say how many.
JOURNEY = 6.0
SLOW = 1.0
OTHERS = 0.1


LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--within",
        type=float,
        metavar="SECONDS",
        help="begin no test after that time; the nearest to the change, and the cheapest, come first",
    )


class Packing(LoadScopeScheduling):
    """Gives each process its next test when it is nearly out of work, in the order collected."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self._seconds = config.option.within or math.inf
        self._ends = math.inf
        self._left_out = config.stash.setdefault(LEFT_OUT, [])

    def schedule(self) -> None:
        self._ends = min(self._ends, time.monotonic() + self._seconds)
        super().schedule()

    def _reschedule(self, node: Any) -> None:
        if time.monotonic() > self._ends:
            self._left_out += [test for unit in self.workqueue.values() for test in unit]
            self.workqueue.clear()
        super()._reschedule(node)

    def _split_scope(self, nodeid: str) -> str:
        walk = WALK.fullmatch(nodeid)
        return f"walk as {walk[1]}" if walk else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Packing:
    config.option.loadscopereorder = False
    return Packing(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None]:
    yield
    if hasattr(config, "workerinput"):
        costs = known()
        is_short = config.option.within is not None
        items.sort(key=lambda item: costs.get(item.nodeid, guessed(item)), reverse=not is_short)
        reach = config.pluginmanager.get_plugin("reach")
        if is_short and reach:
            items.sort(key=lambda item: not reach.is_near(item.nodeid))


def guessed(item: pytest.Item) -> float:
    if slow := item.get_closest_marker("slow"):
        return float(slow.kwargs.get("seconds", SLOW))
    return JOURNEY if item.get_closest_marker("journey") else OTHERS
