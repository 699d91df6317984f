"""What the code imports is asked for by name, and what is asked for is in the complete list."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# No shop that is open reads these settings.
FOR_TESTS = ROOT / "shop/settings/test.py"
OURS = {"shop", "catalogue", "tests"}
DISTRIBUTIONS = packages_distributions()
LISTS = ["requirements", "requirements-dev"]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(name: str) -> dict[str, str]:
    """Name and version of each line of a short list, and of the list that it begins with."""
    text = (ROOT / f"{name}.in").read_text()
    found = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)$", text, re.MULTILINE)
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "-r "))]
    assert len(found) == len(lines)
    more = asked_for("requirements") if "-r requirements.in" in text else {}
    return {**more, **{plain(part): version for part, version in found}}


def entries(name: str) -> list[str]:
    """The entries of a complete list, each with its hashes and why it is there."""
    text = (ROOT / f"{name}.txt").read_text()
    return re.split(r"\n(?=\w)", text.partition("\n")[2].partition("\n")[2])


def imported(*places: str, when_checked: bool) -> Iterator[str]:
    """The packages of others that modules import; `when_checked`, what only the type checker sees too."""
    for place in places:
        for path in sorted(set(ROOT.glob(place)) - (set() if when_checked else {FOR_TESTS})):
            for node in statements(ast.parse(path.read_text()), when_checked=when_checked):
                yield from (name.partition(".")[0] for name in names(node))


def statements(tree: ast.AST, *, when_checked: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        yield node
        if when_checked or not is_for_checker(node):
            yield from statements(node, when_checked=when_checked)


def is_for_checker(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def undeclared(packages: Iterator[str], declared: dict[str, str]) -> set[str]:
    others = set(packages) - sys.stdlib_module_names - OURS
    assert len(others) > 10
    return {
        package
        for package in others
        if not {plain(each) for each in DISTRIBUTIONS[package]} & set(declared)
    }


def test_the_shop_imports_only_what_it_asks_for() -> None:
    found = imported("shop/**/*.py", "catalogue/**/*.py", "manage.py", when_checked=False)

    assert undeclared(found, asked_for("requirements")) == set()


def test_tests_and_types_import_only_what_is_asked_for() -> None:
    found = imported("shop/**/*.py", "catalogue/**/*.py", "tests/**/*.py", when_checked=True)

    assert undeclared(found, asked_for("requirements-dev")) == set()


@pytest.mark.parametrize("name", LISTS)
def test_a_complete_list_is_made_of_the_short_one(name: str) -> None:
    direct = {}
    for entry in entries(name):
        if re.search(r"# +(via )? *-r requirements(-dev)?\.in$", entry, re.MULTILINE):
            part, version = re.match(r"([\w.-]+)==(\S+)", entry).groups()  # type: ignore[union-attr]
            direct[plain(part)] = version

    assert direct == asked_for(name)


@pytest.mark.parametrize("name", LISTS)
def test_each_entry_is_a_version_with_hashes_and_no_place(name: str) -> None:
    for entry in entries(name):
        assert re.match(r"[\w.-]+==\S+( ; [^\\]+)? \\\n +--hash=sha256:[0-9a-f]{64}", entry), entry
        assert "/" not in entry


def test_the_tests_run_with_the_versions_of_the_shop() -> None:
    shop, everything = (
        {line.split()[0] for entry in entries(name) for line in entry.splitlines()[:1]}
        for name in LISTS
    )

    assert shop <= everything
