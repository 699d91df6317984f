"""What `make check` has no time for is still to be run the next time."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.quick import reach
from tests.quick.reach import ROOT, Reach, Recorder

PAGE = str(ROOT / "templates" / "404.html")
PROFILE = str(ROOT / "shop" / "jurisdictions" / "profiles" / "AU.yaml")
OPENED = {"tests/pages/test_a.py::one": [PAGE], "tests/pages/test_a.py::two": [PAGE]}


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Sees the shop with this content of these files."""
    monkeypatch.setattr(reach, "KEPT", tmp_path / "reach.json")

    def seen(**contents: str) -> Reach:
        paths = {"page": PAGE, "profile": PROFILE}
        digests = {paths[name]: content for name, content in contents.items()}
        monkeypatch.setattr(reach, "digests", lambda: digests)
        return Reach()

    first = seen(page="1", profile="1")
    first.opened = OPENED
    first.keep([])
    return seen


def test_a_template_reaches_who_opened_it_until_they_have_run(change: Any) -> None:
    seen = change(page="2", profile="1")
    assert (seen.tests, seen.is_everything) == (set(OPENED), False)

    seen.keep(["tests/pages/test_a.py::two", "tests/pages/test_b.py::unreached"])

    assert change(page="2", profile="1").tests == {"tests/pages/test_a.py::two"}


def test_a_profile_reaches_everything_and_what_was_left_out_is_due(change: Any) -> None:
    seen = change(page="1", profile="2")
    assert seen.is_everything

    seen.keep(["tests/order/test_c.py::late"])

    again = change(page="1", profile="2")
    assert (again.tests, again.is_everything) == ({"tests/order/test_c.py::late"}, False)


def test_who_lies_where_the_change_lies_is_near(change: Any) -> None:
    data = SimpleNamespace(
        all_tests={"tests/order/test_c.py::known": {"duration": 0.1}},
        unstable_test_names={"tests/order/test_c.py::known", "tests/order/test_c.py::new"},
    )
    config = SimpleNamespace(testmon_data=data)
    is_near = Recorder.is_near

    recorder: Any = SimpleNamespace(reach=change(page="1", profile="2"), config=config)

    assert is_near(recorder, "tests/jurisdictions/test_loading.py::one")
    assert is_near(recorder, "tests/order/test_c.py::known")
    assert not is_near(recorder, "tests/order/test_c.py::new")
