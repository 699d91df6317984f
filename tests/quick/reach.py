"""Which tests a change can reach, for `make check`: testmon knows for Python, this for all else.

Each run with --testmon writes down which templates, styles and scripts a test has opened. A change of
anything else, as of content, a profile or a setting, reaches every test. What there was no time for is
still to be run the next time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.template.loaders import cached

from tests.quick.packing import LEFT_OUT

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / "var" / "reach.json"
# Of what a process may read once and keep, it would seem as if only the first test had opened it.
OPENED_EACH_TIME = (str(ROOT / "templates"), str(ROOT / "static"))
NOT_OURS = {
    *("var", "fonts", "__pycache__", ".git", ".venv", ".hypothesis"),
    *(".mypy_cache", ".ruff_cache", ".import_linter_cache"),
}
NOT_PYTHON = "shop/settings"


def files() -> Iterator[Path]:
    """What a test can depend on and testmon does not look at."""
    for top in ROOT.iterdir():
        if top.name in NOT_OURS:
            continue
        for path in top.rglob("*") if top.is_dir() else [top]:
            is_python = path.suffix in {".py", ".pyc"} and NOT_PYTHON not in str(path)
            if path.is_file() and not is_python and not NOT_OURS & set(path.parts):
                yield path


def digests() -> dict[str, str]:
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in files()}


class Reach:
    """What has changed since the last run, and the tests that opened it then."""

    def __init__(self) -> None:
        kept: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
        self.opened: dict[str, list[str]] = kept.get("opened", {})
        self.digests = digests()
        before: dict[str, str] = kept.get("digests", {})
        self.changed = {
            path
            for path in self.digests.keys() | before.keys()
            if self.digests.get(path) != before.get(path)
        }
        known = {path for paths in self.opened.values() for path in paths}
        self.is_everything = not self.changed <= known
        self.tests = set(kept.get("due", [])) | {
            test for test, paths in self.opened.items() if self.changed.intersection(paths)
        }
        folders = [Path(path).relative_to(ROOT).parent.parts for path in self.changed]
        self.near = {name for parts in folders for name in parts}

    def keep(self, left_out: list[str]) -> None:
        due = left_out if self.is_everything else self.tests.intersection(left_out)
        kept = {"digests": self.digests, "opened": self.opened, "due": sorted(due)}
        KEPT.write_text(json.dumps(kept))


class Recorder:
    """Notes in each process what the running test opens, and in the first one keeps it."""

    def __init__(self, reach: Reach, config: Any) -> None:
        self.reach = reach
        self.config = config
        self._opened: set[str] = set()
        sys.addaudithook(self._hear)
        find = cached.Loader.get_template

        def found(loader: cached.Loader, *args: Any, **kwargs: Any) -> Any:
            template = find(loader, *args, **kwargs)
            self._note(template.origin.name)
            return template

        cached.Loader.get_template = found  # type: ignore[method-assign]

    def is_near(self, test: str) -> bool:
        """Whether it is known to reach what has changed, or lies where that lies."""
        data = self.config.testmon_data
        has_run = (data.all_tests.get(test) or {}).get("duration") is not None
        is_reached = test in self.reach.tests or (has_run and test in data.unstable_test_names)
        return is_reached or not self.reach.near.isdisjoint(Path(test.partition("::")[0]).parts)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            self._note(str(arguments[0]))

    def _note(self, path: str) -> None:
        if path.startswith(OPENED_EACH_TIME):
            self._opened.add(path)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._opened.clear()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "teardown":
            report.user_properties.append(("opened", sorted(self._opened)))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, paths in report.user_properties:
            if name == "opened":
                self.reach.opened[report.nodeid] = paths  # type: ignore[assignment]


class Chooser(Recorder):
    """Adds what a changed template reaches to what testmon runs, and says what was left out."""

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus != pytest.ExitCode.INTERRUPTED:
            self.reach.keep(session.config.stash.get(LEFT_OUT, []))

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        select = config.pluginmanager.get_plugin("TestmonSelect")
        count = 0 if self.reach.is_everything else len(select.deselected_tests)
        for_want_of_time = len(config.stash.get(LEFT_OUT, []))
        terminalreporter.write_line(
            f"Left out: {count} tests that nothing has changed for since they passed, the slow ones, "
            f"the journeys, and {for_want_of_time} for want of time, which the next `make check` "
            "runs. `make test` and CI run all."
        )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("testmon", default=False):
        KEPT.parent.mkdir(exist_ok=True)
        reach = Reach()
        config.option.testmon_forceselect = not reach.is_everything
        kind = Recorder if hasattr(config, "workerinput") else Chooser
        config.pluginmanager.register(kind(reach, config), "reach")


def pytest_sessionstart(session: pytest.Session) -> None:
    """What a changed template reaches is not left out."""
    recorder = session.config.pluginmanager.get_plugin("reach")
    select = session.config.pluginmanager.get_plugin("TestmonSelect")
    if recorder and select:
        tests = recorder.reach.tests
        files = {test.partition("::")[0] for test in tests}
        select.deselected_tests = [each for each in select.deselected_tests if each not in tests]
        select.deselected_files = [each for each in select.deselected_files if each not in files]
