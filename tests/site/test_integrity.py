"""Each fault of integrity that there ever was has a test that is there, listed by number and clause."""

from __future__ import annotations

import itertools
import re
import string
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROW = re.compile(r"^\| (\d+)([a-z]?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
FAULTS = 17
ROWS = ROW.findall((ROOT / "docs/integrity.md").read_text())


def test_each_number_is_there_with_its_clauses_in_order() -> None:
    numbers = itertools.groupby(ROWS, key=lambda row: int(row[0]))
    clauses = {number: [clause for _, clause, _, _ in rows] for number, rows in numbers}

    assert list(clauses) == list(range(1, FAULTS + 1))
    for number, found in clauses.items():
        assert found in ([""], list(string.ascii_lowercase[: len(found)])), number


@pytest.mark.parametrize(
    ("clause", "tests"), [(f"{row[0]}{row[1]}", row[3]) for row in ROWS], ids=lambda each: each[:3]
)
def test_the_tests_of_a_clause_are_there(clause: str, tests: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests)

    assert named, clause
    assert tests.count("`") == 2 * len(named), clause
    for file, name in named:
        assert re.search(rf"^ *def {name}\(", (ROOT / file).read_text(), re.MULTILINE), name
