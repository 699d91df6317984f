"""Switches guards off in a copy of the shop, and runs there what has to notice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.guards.table import ROOT, Guard

NOT_COPIED = shutil.ignore_patterns(".*", "var", "node_modules")
# An error of the code that was written in the guard's place: it would be noticed by anything.
CANNOT_RUN = ("SyntaxError", "NameError", "ImportError", "ModuleNotFoundError", "UnboundLocalError")
LONGEST_SECONDS = 300


class Unnoticed(Exception):
    """The guard may be gone and nobody notices, or what has to notice cannot tell; says which."""


@contextmanager
def copy_of_the_shop() -> Iterator[Path]:
    """A copy with what was compiled, so that nothing but a changed file is compiled again."""
    with tempfile.TemporaryDirectory(prefix="guards-") as folder:
        place = Path(folder, "shop")
        shutil.copytree(ROOT, place, ignore=NOT_COPIED)
        yield place


@contextmanager
def without(guard: Guard, place: Path) -> Iterator[None]:
    """The copy without a guard; then as it was, down to the time of the file."""
    path = place / guard.file
    source, was = path.read_text(), path.stat()
    path.write_text(guard.switched_off(source))
    try:
        yield
    finally:
        path.write_text(source)
        os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def check_all_pass(guards: Iterable[Guard], place: Path) -> None:
    """Raises Unnoticed when a test fails with every guard in its place: it would prove nothing."""
    guards = list(guards)
    tests = sorted({guard.test for guard in guards if guard.test})
    if tests:
        report = _run_tests(tests, place)
        if failed := [*report.iter("failure"), *report.iter("error")]:
            raise Unnoticed(f"fails with all guards in their places: {failed[0].get('message')}")
    for guard in guards:
        if guard.schedule and (said := _run_schedule(guard, place)):
            raise Unnoticed(
                f"{guard.schedule} breaks rules with all guards in their places: {said}"
            )


def check_is_noticed(guard: Guard, place: Path) -> None:
    """Raises Unnoticed unless what the guard names fails without it."""
    with without(guard, place):
        if guard.schedule:
            _check_schedule(guard, place)
        else:
            _check_test(guard, place)


def _check_schedule(guard: Guard, place: Path) -> None:
    said = _run_schedule(guard, place)
    if f"{guard.rule}:" not in said:
        raise Unnoticed(f"{guard.schedule} does not break {guard.rule}: {said or 'nothing'}")


def _check_test(guard: Guard, place: Path) -> None:
    report = _run_tests([guard.test], place)
    errors, messages = (
        [each.get("message", "") for each in report.iter(outcome)]
        for outcome in ("error", "failure")
    )
    if errors and not messages:
        raise Unnoticed(f"{guard.test} could not run: {errors[0]}")
    if not messages:
        raise Unnoticed(f"{guard.test} passes without it")
    if broken := [message for message in messages if message.startswith(CANNOT_RUN)]:
        raise Unnoticed(f"what stands in its place cannot run: {broken[0]}")


def _run_tests(tests: list[str], place: Path) -> ET.Element:
    report = place / "report.xml"
    report.unlink(missing_ok=True)
    done = _run(["pytest", "-n", "0", "-q", f"--junit-xml={report}", *tests], place)
    if not report.exists():
        raise Unnoticed(f"the tests could not run: {done.stdout[-2000:]}")
    return ET.parse(report).getroot()  # noqa: S314 written by our own child


def _run_schedule(guard: Guard, place: Path) -> str:
    """The rules that were broken; empty when none was."""
    done = _run(["tests.campaign", "--seed", "1", "--only", guard.schedule], place)
    if done.returncode not in (0, 1):
        raise Unnoticed(f"the campaign could not run: {done.stdout[-2000:]}")
    return done.stdout.partition("VIOLATIONS")[2]


def _run(command: list[str], place: Path) -> subprocess.CompletedProcess[str]:
    own = {"DJANGO_SETTINGS_MODULE", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "TEST_CLOCK"}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=place,
        # What is compiled of a changed file must not be there when it is changed back.
        env=kept | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
