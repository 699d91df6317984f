"""A part of the campaign on every run of the tests; that it finds something is in tests/guards.

CAMPAIGN_SCHEDULES, CAMPAIGN_STORIES and CAMPAIGN_SEED in the environment change its size and its seed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.db import connection

pytestmark = [pytest.mark.slow(seconds=60), pytest.mark.both_databases]
PROGRAM = (sys.executable, "-m", "tests.campaign")
SCHEDULES = os.environ.get("CAMPAIGN_SCHEDULES", "12")
STORIES = os.environ.get("CAMPAIGN_STORIES", "12")


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
