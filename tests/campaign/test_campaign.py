"""A part of the campaign on every run of the tests, and proof that it can find something.

CAMPAIGN_SCHEDULES, CAMPAIGN_STORIES and CAMPAIGN_SEED in the environment change its size and its seed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.db import connection

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]
PROGRAM = (sys.executable, "-m", "tests.campaign")
SCHEDULES = os.environ.get("CAMPAIGN_SCHEDULES", "40")
STORIES = os.environ.get("CAMPAIGN_STORIES", "40")

# The stories' kills one after the other, until one of them breaks a rule.
KILLS = ("--until-first", "--schedules", "0")


def campaign(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.campaign.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_no_schedule_of_faults_loses_money_stock_or_tablets() -> None:
    seed = os.environ.get("CAMPAIGN_SEED")

    size = ("--schedules", SCHEDULES, "--stories", STORIES)
    done = campaign(*size, *(["--seed", seed] if seed else []))

    assert done.returncode == 0, done.stdout
    assert f"campaign on {connection.vendor}: seed" in done.stdout
    assert "0 schedules with violations" in done.stdout
    orders = re.search(r"(\d+) orders", done.stdout)
    assert orders is not None
    assert int(orders[1]) > int(SCHEDULES) // 4


@pytest.mark.parametrize(
    ("guard", "where", "rule"),
    [
        ("outbox", KILLS, "every_order_that_stands_was_captured_once"),
        ("key", KILLS, "every_refund_was_made_once"),
        ("quote", ("--only", "changed-too-late"), "the_ledger_is_stripes_to_the_cent"),
        ("stock", ("--only", "last-pack"), "stock_is_conserved"),
    ],
)
def test_without_a_guard_the_campaign_finds_what_breaks(
    guard: str, where: tuple[str, ...], rule: str
) -> None:
    done = campaign("--without", guard, "--seed", "1", *where)

    assert done.returncode == 1, done.stdout
    assert rule in done.stdout.partition("VIOLATIONS")[2], done.stdout
