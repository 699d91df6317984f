"""Runs something in a process of its own, on the database of the test, and kills it on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.db import connection

from tests.site.test_migrations import postgres_address

ROOT = Path(__file__).resolve().parent.parent


def run_until_killed(scenario: str, *arguments: str, target: str, when: str = "before") -> None:
    """Run `module:function` of the tests with these words; it dies before or after the target."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed", target, when, scenario, *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": _database_address(),
            "DJANGO_SETTINGS_MODULE": "shop.settings.test",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def _database_address() -> str:
    name = str(connection.settings_dict["NAME"])
    return f"sqlite:///{name}" if connection.vendor == "sqlite" else postgres_address(name)
