"""The suite on another day: nothing in it knows when it was written."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

ROOT = Path(__file__).resolve().parent.parent.parent
READING = "tests/catalogue/test_reading.py"
# What reckons with the day of the test, rather than with one of its own.
RECKONING = (
    f"{READING}::test_every_shipped_medicine_is_valid",
    f"{READING}::test_a_review_date_that_has_passed_warns_whoever_loads_and_whoever_checks",
    "tests/delivery",
    "tests/jurisdictions",
    "tests/patients/test_freshness.py",
    "tests/prescriptions/test_expiry.py",
    "tests/review/test_rules_paper.py",
)
pytestmark = pytest.mark.slow


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Pacific/Auckland", timezone.now() + datetime.timedelta(days=2 * 366)),
        ("America/Los_Angeles", at("2028-02-29T23:58:00+00:00")),
    ],
    ids=["in two years", "at the end of a leap day and a month"],
)
def test_what_reckons_with_days_passes(zone: str, moment: datetime.datetime) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", *RECKONING],
        cwd=ROOT,
        env={**os.environ, "TZ": zone, "LANG": "C", "TEST_CLOCK": str(moment.timestamp())},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-5000:]
