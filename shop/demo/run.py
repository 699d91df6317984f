"""Runs the demonstration until it is told to stop: `python -m shop.demo.run`."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

HOST = "127.0.0.1"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
START_SECONDS = 60.0
STOP_SECONDS = 10.0
LOOK_EVERY_SECONDS = 0.2


@dataclass(frozen=True)
class Program:
    """One of the two programs: the card emulator or the shop."""

    name: str
    port: int
    ready_path: str
    arguments: tuple[str, ...]


Running = list[tuple[Program, subprocess.Popen[bytes]]]


class CannotRun(Exception):
    """The demonstration cannot run; the text says why in one line."""


def main() -> None:
    for number in SIGNALS:
        signal.signal(number, _leave)
    try:
        _set_up()
        _prepare()
        _run((_emulator(), _shop()))
    except CannotRun as reason:
        sys.exit(str(reason))


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit("Stopped before it was ready.")


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings.dev"
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise CannotRun(str(error)) from error
    if not settings.IS_DEMO:
        raise CannotRun("This pharmacy is real; see docs/runbook.md for how to run it.")
    _check_port(settings.PORT, "PORT")
    _check_port(settings.EMULATOR_PORT, "EMULATOR_PORT")


def _check_port(port: int, variable: str) -> None:
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise CannotRun(
            f"Port {port} cannot be used: {os.strerror(error.errno or 0)}. Choose another: {variable}=…"
        ) from error


def _prepare() -> None:
    # Imported late: these modules need the settings.
    from shop.demo import prepare  # noqa: PLC0415

    # It asks nothing of the database, and takes about as long as a third of it.
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as aside:
        collected = aside.submit(_timed, "static files", prepare.collect_static_files)
        for name, step in prepare.steps():
            _timed(name, step)
        collected.result()


def _timed(name: str, step: Callable[[], None]) -> None:
    started = time.monotonic()
    step()
    _say(f"{name}: {time.monotonic() - started:.1f} s")


def _shop_address() -> str:
    return f"http://{HOST}:{settings.PORT}"


def _emulator() -> Program:
    arguments = (
        "shop.demo.stripe",
        f"--port={settings.EMULATOR_PORT}",
        f"--webhook-url={_shop_address()}/payments/stripe/",
        f"--webhook-secret={settings.STRIPE_WEBHOOK_SECRETS[0]}",
        f"--api-key={settings.STRIPE_SECRET_KEY}",
        f"--keep={settings.VAR_DIR / 'stripe.json'}",
    )
    return Program("The Stripe emulator", settings.EMULATOR_PORT, "/", arguments)


def _shop() -> Program:
    arguments = (
        "gunicorn",
        "shop.wsgi:application",
        f"--bind={HOST}:{settings.PORT}",
        "--workers=2",
        "--threads=4",
        "--timeout=90",
        "--graceful-timeout=5",
        "--log-level=warning",
        "--no-control-socket",
    )
    return Program("The shop", settings.PORT, "/healthz", arguments)


def _run(programs: Sequence[Program]) -> None:
    """Start the programs, say so, and stay until told to stop or until one of them has ended."""
    told_to_stop = threading.Event()
    for number in SIGNALS:
        signal.signal(number, lambda *_: told_to_stop.set())
    with _started(programs) as running:
        if _all_answer(running, told_to_stop):
            _say(_welcome())
            while not told_to_stop.wait(LOOK_EVERY_SECONDS):
                _check_alive(running)
    _say("Stopped.")


@contextmanager
def _started(programs: Sequence[Program]) -> Iterator[Running]:
    running: Running = []
    try:
        for program in programs:
            # One by one: those that are running are stopped when a later one does not start.
            running.append((program, _start(program)))
        yield running
    finally:
        _stop([process for _, process in running])


def _start(program: Program) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", *program.arguments],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        # What goes wrong is said on the other channel.
        stdout=subprocess.DEVNULL,
        # Ctrl-C then reaches this program only, which stops the others in its own time.
        start_new_session=True,
    )


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End each program and whatever it started."""
    for process in processes:
        _signal_all_of(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(deadline - time.monotonic(), 0))
        _signal_all_of(process, signal.SIGKILL)
        process.wait()


def _signal_all_of(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _all_answer(running: Running, told_to_stop: threading.Event) -> bool:
    """Wait until every program answers; False when told to stop meanwhile. Raises CannotRun."""
    deadline = time.monotonic() + START_SECONDS
    while not all(_answers(program) for program, _ in running):
        _check_alive(running)
        if time.monotonic() > deadline:
            raise CannotRun(f"No answer after {START_SECONDS:.0f} seconds.")
        if told_to_stop.wait(LOOK_EVERY_SECONDS):
            return False
    return True


def _answers(program: Program) -> bool:
    try:
        with closing(http.client.HTTPConnection(HOST, program.port, timeout=10)) as connection:
            connection.request("GET", program.ready_path)
            return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except OSError:
        return False


def _check_alive(running: Running) -> None:
    for program, process in running:
        status = process.poll()
        if status is not None:
            raise CannotRun(f"{program.name} ended by itself with status {status}.")


def _welcome() -> str:
    # Imported late: these modules need the settings.
    from shop.demo import people, prepare  # noqa: PLC0415

    shop = _shop_address()
    rows = [
        ("Shop", f"{shop}/"),
        ("Review desk", f"{shop}/admin/"),
        ("Dashboard", f"{shop}/dashboard/"),
        ("Emulator", settings.STRIPE_API_BASE),
        ("Mail", _shown(settings.VAR_DIR / "mail")),
        ("Prescriptions", f"{_shown(settings.VAR_DIR / prepare.FOLDER_OF_PAPERS)} (to upload)"),
        ("Cards", "4242 4242 4242 4242 pays, 4000 0000 0000 0002 declines"),
        ("Sign-ins", f"the password is {people.PASSWORD}; a page that asks for a code tells it"),
        *(("", f"{person.email:24}{person.part}") for person in people.PEOPLE),
    ]
    lines = "\n".join(f"  {name:15}{value}" for name, value in rows)
    return f"\n{settings.OSCAR_SHOP_NAME}, a demonstration\n\n{lines}\n\nCtrl-C stops it."


def _shown(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
