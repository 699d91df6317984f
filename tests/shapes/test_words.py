"""No code and no template says by hand what the dose form says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# The unit of a kidney value is none of a medicine.
BY_HAND = re.compile(r"\b(?:(?i:tablets?|capsules?|patch(?:es)?)|mg|mL(?!/min))\b")
# A strength as the database has it, shown to people.
IN_UCUM = re.compile(r"{{[^}]*\bstrength\s*[|}]")
# Each with the reason why it may name a form or a unit.
MAY = {
    "catalogue/amounts.py": "it is where the words are",
    "catalogue/vocabulary/doses.py": "it reads what people type about any medicine",
    "catalogue/vocabulary/building.py": "it reads names as others list them",
    "shop/review/checklist.py": "it names what the rules find",
    "shop/review/rules/outcomes.py": "it names what the rules find",
    "shop/review/desk/dose.py": "limits are in mg a day, and the desk holds doses against them",
    "shop/review/forms/transcription.py": "steps of a dose are in mg, as limits are",
    "shop/review/directions.py": "it reads directions as prescribers write them",
    "shop/demo/example_patients.py": "medicines that made-up patients take",
    "shop/demo/specimen.py": "what is written on the specimen prescription",
}
# A unit as an argument of the arithmetic, and not as a word for people.
UNITS = {"mg"}


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every text in a module that is not a docstring."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings and node.value not in UNITS:
            yield node.lineno, node.value


def modules() -> list[Path]:
    found = [*(ROOT / "shop").rglob("*.py"), *(ROOT / "catalogue").rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def templates() -> list[Path]:
    found = (ROOT / "templates").rglob("*")
    return [path for path in found if path.suffix in {".html", ".txt"}]


def test_no_module_names_a_form_or_a_unit_by_hand() -> None:
    found = {
        f"{name}:{line}: {text}"
        for path in modules()
        if (name := str(path.relative_to(ROOT))) not in MAY
        for line, text in texts_of(path)
        if BY_HAND.search(text)
    }

    assert found == set()


def test_no_template_names_a_form_or_a_unit_by_hand() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in templates()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if BY_HAND.search(line) or IN_UCUM.search(line)
    }

    assert found == set()


def test_no_script_names_a_form_or_a_unit_by_hand() -> None:
    found = {
        path.name for path in (ROOT / "static").glob("*.js") if BY_HAND.search(path.read_text())
    }

    assert found == set()


@pytest.mark.parametrize("name", MAY)
def test_every_exception_is_still_needed(name: str) -> None:
    assert BY_HAND.search((ROOT / name).read_text())
