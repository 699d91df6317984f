"""The program `python -m shop.demo.stripe`."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.demo.stripe.orders import open_session
from tests.demo.stripe.sdk import client_for
from tests.demo.stripe.visitor import Visitor

PROGRAM = [sys.executable, "-W", "error", "-m", "shop.demo.stripe"]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the line it says when it is ready."""
    with subprocess.Popen(
        [*PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def addresses_listening_on(port: int) -> list[str]:
    """From the kernel's own tables of TCP sockets; `0A` is the state of listening."""
    rows = [
        row.split()
        for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
        for row in table.read_text().splitlines()[1:]
    ]
    local = [row[1].split(":") for row in rows if row[3] == "0A"]
    return [
        socket.inet_ntoa(bytes.fromhex(address)[::-1])
        for address, found in local
        if int(found, 16) == port
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_its_address_serves_and_stops(number: signal.Signals) -> None:
    with running("--port", "0", "--api-key", "sk_test_cli") as (process, ready):
        address = re.fullmatch(r"Stripe emulator: (http://127\.0\.0\.1:\d+)\n", ready)
        assert address
        assert open_session(client_for(address[1], "sk_test_cli")).status == "open"

        process.send_signal(number)
        _, complaints = process.communicate(timeout=60)

    assert (process.returncode, complaints) == (0, "")


def address_in(ready: str) -> str:
    return ready.rpartition(" ")[2].strip()


def test_what_it_keeps_is_there_after_it_was_killed(tmp_path: Path) -> None:
    arguments = ("--port", "0", "--api-key", "sk_test_cli", f"--keep={tmp_path / 'kept.json'}")
    with running(*arguments) as (_, ready):
        stripe = client_for(address_in(ready), "sk_test_cli")
        session = open_session(stripe)
        with Visitor(address_in(ready)) as visitor:
            visitor.pay(session.url)
        before = stripe.v1.checkout.sessions.retrieve(session.id)

    with running(*arguments) as (_, ready):
        stripe = client_for(address_in(ready), "sk_test_cli")
        after = stripe.v1.checkout.sessions.retrieve(session.id)
        charged = stripe.v1.payment_intents.capture(after.payment_intent)

    assert (after.status, after.payment_intent) == ("complete", before.payment_intent)
    assert charged.status == "succeeded"


def test_a_busy_port_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        finished = subprocess.run(
            [*PROGRAM, "--port", port], capture_output=True, text=True, timeout=60, check=False
        )

    assert finished.returncode == 1
    assert re.fullmatch(f"Stripe emulator: .*port {port}.*\n", finished.stderr)


@pytest.mark.parametrize(
    "wrong", [["--api-key", "sk_live_1"], ["--webhook-url", "ftp://127.0.0.1/"]]
)
def test_wrong_settings_are_said_in_one_line(wrong: list[str]) -> None:
    finished = subprocess.run(
        [*PROGRAM, "--port", "0", *wrong], capture_output=True, text=True, timeout=60, check=False
    )

    assert finished.returncode == 1
    assert re.fullmatch("Stripe emulator: .*\n", finished.stderr)


def test_it_needs_no_django() -> None:
    code = "import sys, shop.demo.stripe.__main__; assert 'django' not in sys.modules"

    finished = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)

    assert finished.returncode == 0


def test_it_is_reached_from_this_computer_only() -> None:
    with running("--port", "0") as (_, ready):
        port = int(ready.rpartition(":")[2])
        listening = addresses_listening_on(port)

    assert listening == ["127.0.0.1"]
