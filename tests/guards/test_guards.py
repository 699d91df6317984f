"""The data of the guards is true, and a few are switched off: others whenever the data changes."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from pathlib import Path

import pytest

from tests.campaign.invariants import RULES
from tests.guards.runner import Unnoticed, check_all_pass, check_is_noticed, copy_of_the_shop
from tests.guards.table import DATA, DOCUMENT, ROOT, Guard, all_guards, document_with

A_FEW = 3
AT_LEAST = 40
GUARDS = all_guards()


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_stands_once_in_its_file_and_names_who_notices(guard: Guard) -> None:
    source = (ROOT / guard.file).read_text()

    assert guard.switched_off(source) != source
    if guard.schedule:
        assert guard.rule in {rule.__name__ for rule in RULES}
    else:
        tests = (ROOT / guard.test.partition("::")[0]).read_text()
        assert re.search(rf"^ *def {guard.test_name}\(", tests, re.MULTILINE)


def test_there_are_many_and_each_has_its_name() -> None:
    names = Counter(guard.name for guard in GUARDS)

    assert len(GUARDS) >= AT_LEAST
    assert [name for name, count in names.items() if count > 1] == []


def test_the_table_in_the_document_is_that_of_the_data() -> None:
    assert DOCUMENT.read_text() == document_with(GUARDS), "run: make guards"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A shop of one function, with a test that looks at half of what it does."""
    (tmp_path / "till.py").write_text(
        "def open_for(age: int, paid: bool) -> bool:\n    return age >= 18 and paid\n"
    )
    (tmp_path / "test_till.py").write_text(
        "from till import open_for\n\n\ndef test_a_child() -> None:\n"
        "    assert not open_for(9, paid=True)\n"
    )
    return tmp_path


def guard(there: str, instead: str) -> Guard:
    return Guard("a guard", "till.py", there, instead, test="test_till.py")


def test_a_guard_that_a_test_notices_is_put_back(place: Path) -> None:
    source = (place / "till.py").read_text()

    check_is_noticed(guard("age >= 18 and ", ""), place)

    assert (place / "till.py").read_text() == source
    check_all_pass([guard("age >= 18 and ", "")], place)


@pytest.mark.parametrize(
    ("there", "instead", "why"),
    [
        (" and paid", "", "passes without it"),
        ("return age", "return age_that_nobody_knows", "cannot run"),
        ("def open_for", "def closed_for", "could not run"),
    ],
    ids=["nobody looks", "no such name", "nothing can be imported"],
)
def test_a_guard_that_nobody_notices_fails_and_is_put_back(
    there: str, instead: str, why: str, place: Path
) -> None:
    source = (place / "till.py").read_text()

    with pytest.raises(Unnoticed, match=why):
        check_is_noticed(guard(there, instead), place)

    assert (place / "till.py").read_text() == source


def test_a_guard_that_is_not_there_any_more_fails(place: Path) -> None:
    with pytest.raises(ValueError, match="holds 0 times"):
        check_is_noticed(guard("age >= 21", "True"), place)


def test_a_test_that_fails_anyway_proves_nothing(place: Path) -> None:
    (place / "till.py").write_text("def open_for(age: int, paid: bool) -> bool:\n    return True\n")

    with pytest.raises(Unnoticed, match="with all guards in their places"):
        check_all_pass([guard("True", "False")], place)


@pytest.mark.slow(seconds=30)
def test_some_guards_are_noticed() -> None:
    """`make proof-guards` switches all of them off."""
    tests = [guard for guard in GUARDS if guard.test]
    # The same on every day: nothing turns red of itself.
    first = zlib.crc32(DATA.read_bytes()) % len(tests)
    chosen = (tests * 2)[first : first + A_FEW]
    with copy_of_the_shop() as place:
        check_all_pass(chosen, place)
        for guard in chosen:
            check_is_noticed(guard, place)
