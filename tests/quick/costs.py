"""What each test costs: written down by every run, `python -m tests.quick.costs` prints the table."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

KEPT = Path(__file__).resolve().parent.parent.parent / "var" / "test-costs.json"
MOST_FILES = 40
MOST_TESTS = 40


def known() -> dict[str, float]:
    """Seconds by test, from the newest run of each."""
    if not KEPT.exists():
        return {}
    costs: dict[str, float] = json.loads(KEPT.read_text())
    return costs


class Clerk:
    """Adds up what the tests of a run take: making ready, the test itself, clearing away."""

    def __init__(self) -> None:
        self._seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] += report.duration  # type: ignore[assignment]

    def pytest_sessionfinish(self) -> None:
        KEPT.parent.mkdir(exist_ok=True)
        rounded = {name: round(seconds, 3) for name, seconds in self._seconds.items()}
        new = KEPT.with_suffix(".new")
        new.write_text(json.dumps(known() | rounded, indent=0))
        new.replace(KEPT)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Clerk())


def table(costs: dict[str, float]) -> Iterator[str]:
    """Files and tests, the dearest first; seconds of the clock, which a busy machine stretches."""
    files: defaultdict[str, list[float]] = defaultdict(list)
    for name, seconds in costs.items():
        files[name.partition("::")[0]].append(seconds)
    yield f"{sum(costs.values()):8.1f} s  {len(costs)} tests in {len(files)} files"
    yield "\nFiles: seconds, tests, a test on average"
    for name, each in sorted(files.items(), key=lambda file: -sum(file[1]))[:MOST_FILES]:
        yield f"{sum(each):8.1f} s {len(each):5} {sum(each) / len(each):7.2f} s  {name}"
    yield "\nTests"
    for name, seconds in sorted(costs.items(), key=lambda test: -test[1])[:MOST_TESTS]:
        yield f"{seconds:8.2f} s  {name}"


if __name__ == "__main__":
    print(*table(known()) if known() else ["No test has run yet."], sep="\n")  # noqa: T201
