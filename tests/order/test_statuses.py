"""The life cycle of an order stands in one place, and everybody who reads it reads all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from shop.order_statuses import FINISHED, FIRST, LEFT, STEPS, UNDER_WAY, OrderStatus

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = ROOT / "shop/order_statuses.py"
# A status in quotes, but for a word that is translated: that is another matter's title.
BARE = re.compile(rf"""(?<!_\()(["'])({"|".join(OrderStatus)})\1""")


def sources() -> list[Path]:
    code = [*ROOT.glob("shop/**/*.py"), *ROOT.glob("catalogue/**/*.py")]
    found = (*code, *ROOT.glob("templates/**/*"))
    return [path for path in found if path.is_file() and "migrations" not in path.parts]


def test_nobody_else_writes_a_status_down() -> None:
    bare = {
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in sources()
        if path != HOME
        for found in BARE.finditer(path.read_text())
    }

    assert bare == set()


def test_every_status_has_its_step_and_oscar_knows_it() -> None:
    assert tuple(STEPS) == tuple(OrderStatus)
    assert {
        status.value: tuple(after.value for after in step.then) for status, step in STEPS.items()
    } == settings.OSCAR_ORDER_STATUS_PIPELINE


@pytest.mark.parametrize("status", OrderStatus)
def test_every_status_can_be_reached_and_is_under_way_or_finished(status: OrderStatus) -> None:
    assert status == FIRST or any(status in step.then for step in STEPS.values())
    assert (status in UNDER_WAY) != (status in FINISHED)


def test_what_has_left_never_comes_back() -> None:
    for status in LEFT:
        assert set(STEPS[status].then) <= set(LEFT)
