"""Runs a piece of the shop in a process of its own, on the database of the tests, to be killed."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tests.killed import FEW_BYTES, NUMBER

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = (sys.executable, "-W", "ignore", "-m", "tests.killed")
LONGEST_SECONDS = 60


def database_url() -> str:
    """The address of the database that the tests run on now."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return (
        f"postgres://{quote(database['USER'])}@{database['HOST']}:{database['PORT']}"
        f"/{database['NAME']}"
    )


def environment(database: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "shop.settings.test",
    }


@cache
def server(database: str) -> socket.socket:
    """Leads to a process with the shop loaded, which others are forked from."""
    ours, its = socket.socketpair()
    process = subprocess.Popen(
        [*PROGRAM, "--serve", str(its.fileno())],
        cwd=ROOT,
        env=environment(database),
        pass_fds=[its.fileno()],
    )
    its.close()

    def end() -> None:
        ours.close()
        process.wait(LONGEST_SECONDS)

    atexit.register(end)
    return ours


class Child:
    """A process of the shop; a server has one at a time."""

    def __init__(self, server: socket.socket, request: bytes) -> None:
        self._server = server
        self._complained = os.memfd_create("stderr")
        out, into = os.pipe()
        socket.send_fds(server, [request], [into, self._complained])
        os.close(into)
        self.stdout = os.fdopen(out)
        self._pid = self._next_number()
        self._code: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.communicate()
        self.stdout.close()
        os.close(self._complained)

    def has_ended(self, seconds: float = 0) -> bool:
        """Whether it has ended, or does within so many seconds."""
        if self._code is None and select.select([self._server], [], [], seconds)[0]:
            self._code = self._next_number()
        return self._code is not None

    def kill(self) -> None:
        if not self.has_ended():
            os.kill(self._pid, signal.SIGKILL)

    def communicate(self) -> tuple[int, str]:
        """How it ended, and all it said since; it is killed when it needs longer than a minute."""
        alarm = threading.Timer(LONGEST_SECONDS, self.kill)
        alarm.start()
        said = self.stdout.read()
        alarm.cancel()
        assert self.has_ended(LONGEST_SECONDS)
        return self._code or 0, said + os.pread(self._complained, FEW_BYTES, 0).decode()

    def _next_number(self) -> int:
        [number] = NUMBER.unpack(self._server.recv(NUMBER.size))
        return int(number)


def start(program: str, **variables: str) -> Child:
    """Start the program, with the shop set up and a function `die` that kills it."""
    request = {
        "program": program,
        "environment": variables,
        "vault": str(vault_folder()),
        "keys": {name: key.hex() for name, key in settings.DOCUMENT_KEYS.items()},
    }
    return Child(server(database_url()), json.dumps(request).encode())


def run(program: str, **variables: str) -> tuple[int, str]:
    """How the program ended, and all it said."""
    with start(program, **variables) as child:
        return child.communicate()


def run_until_killed(scenario: str, *arguments: str, target: str, when: str = "before") -> None:
    """Run `module:function` of the tests with these words; it dies before or after the target."""
    words = ", ".join(map(repr, (target, when, scenario, *arguments)))

    code, said = run(f"from tests.killed import run_until\nrun_until({words})")

    assert code == -signal.SIGKILL, said


def run_until_killed_anew(scenario: str, *, target: str) -> None:
    """The same in a process that shares nothing with another."""
    done = subprocess.run(
        [*PROGRAM, target, "before", scenario],
        cwd=ROOT,
        env=environment(database_url()),
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def begin_a_vault(settings: Any, folder: Path) -> None:
    """An empty vault in this folder, for the test that asks."""
    backend = settings.STORAGES["prescriptions"]
    options = {**backend["OPTIONS"], "location": str(folder / "vault")}
    settings.STORAGES = {**settings.STORAGES, "prescriptions": {**backend, "OPTIONS": options}}
    vault_folder().mkdir()


def vault_folder() -> Path:
    options: dict[str, Any] = settings.STORAGES["prescriptions"]["OPTIONS"]
    return Path(options["location"])


def stored_files() -> set[str]:
    """The names of all files in the vault, as rows name them."""
    folder = vault_folder()
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
