"""A second medicine brings its own questions and findings, and needs nothing outside its folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.checks import run_checks

from catalogue.content import files
from shop.patients import questions
from shop.review.flags import flag_of
from shop.review.models import FlagKind
from shop.review.rules import resting
from shop.review.rules.screening import screenings
from tests.catalogue.folders import SHIPPED
from tests.review import adapting
from tests.review.adapting import Written, case_in, over
from tests.review.test_clinical_cases import wrong_with

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BOOK = adapting.read_book(HERE / "cases.yaml")
CASES = [
    Written(BOOK["today"], over({**BOOK["baseline"], "allowed": [], "must_not": []}, each))
    for each in BOOK["cases"]
]


@pytest.fixture(autouse=True)
def two_medicines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shipped folders, and one more beside them."""
    folder = tmp_path / "medicines"
    folder.mkdir()
    for each in SHIPPED.iterdir():
        (folder / each.name).symlink_to(each)
    shutil.copytree(HERE / "tizanidine", folder / "tizanidine")
    monkeypatch.setattr(files, "MEDICINES", folder)
    return folder


@pytest.mark.parametrize("case", CASES, ids=[each.id for each in CASES])
def test_its_cases(case: Written) -> None:
    assert wrong_with(case, case_in(case)) == []


def test_its_questions_are_asked_beside_the_others(two_medicines: Path) -> None:
    table = questions.read(questions.COMMON, two_medicines)

    asked = table.asked_for(["tizanidine"]).names
    assert {"alt", "alt_on", "systolic"} <= set(asked)
    assert "epilepsy" not in asked
    assert "alt" not in table.asked_for(["baclofen"]).names


def test_every_question_of_it_is_read_by_a_rule() -> None:
    assert {"alt", "alt_on", "systolic"} <= resting.questions_read()
    assert "alt" in resting.answers_under("liver-tests-missing-tizanidine")
    assert "alt" not in resting.answers_under("kidneys-unknown-baclofen")


def test_its_findings_stand_out_in_the_queue() -> None:
    assert flag_of("dose-above-most") == FlagKind.DOSE
    assert flag_of("liver-tests-high") == FlagKind.CONDITION


def test_its_folder_is_sound_and_the_checks_say_so() -> None:
    assert files.read_medicine(files.MEDICINES / "tizanidine").interactions
    assert [each for each in run_checks() if each.id == "review.E001"] == []
    assert screenings("US")["tizanidine"].strengths is not None


def test_no_medicine_is_named_outside_its_folder() -> None:
    """But for the demonstration's own."""
    names = [path.name for path in SHIPPED.iterdir()]
    read = [
        path
        for folder in ("shop", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".txt", ".yaml", ".mjml"}
        and "demo" not in path.relative_to(ROOT).parts
        and "migrations" not in path.parts
    ]

    named = {
        str(path.relative_to(ROOT))
        for path in read
        for name in names
        if name in path.read_text(encoding="utf-8").casefold()
    }

    assert len(read) > 400
    assert named == set()
