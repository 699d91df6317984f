"""Runs a piece of the shop in a process of its own, on the database of the tests, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
PRELUDE = """
import os, signal, sys
import django
from django.conf import settings
settings.STORAGES["prescriptions"]["OPTIONS"]["location"] = {location!r}
settings.DOCUMENT_KEYS = {keys!r}
django.setup()
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def database_url() -> str:
    """The address of the database that the tests run on now."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return (
        f"postgres://{quote(database['USER'])}@{database['HOST']}:{database['PORT']}"
        f"/{database['NAME']}"
    )


def start(program: str, **environment: str) -> subprocess.Popen[str]:
    """Start the program, with the shop set up and a function `die` that kills it."""
    prelude = PRELUDE.format(location=str(vault_folder()), keys=settings.DOCUMENT_KEYS)
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", prelude + program],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shop.settings.test",
            "DATABASE_URL": database_url(),
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(program: str, **environment: str) -> tuple[int, str]:
    """How the program ended, and all it said."""
    with start(program, **environment) as child:
        said, complained = child.communicate(timeout=60)
    return child.returncode, said + complained


def run_until_killed(scenario: str, *arguments: str, target: str, when: str = "before") -> None:
    """Run `module:function` of the tests with these words; it dies before or after the target."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed", target, when, scenario, *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "shop.settings.test",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def vault_folder() -> Path:
    options: dict[str, Any] = settings.STORAGES["prescriptions"]["OPTIONS"]
    return Path(options["location"])


def stored_files() -> set[str]:
    """The names of all files in the vault, as rows name them."""
    folder = vault_folder()
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
