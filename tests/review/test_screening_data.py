"""The screening of medicines: none contradicts itself, and every fault names its file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.checks import run_checks

from catalogue.content import files
from catalogue.vocabulary.conditions import index_of_conditions
from shop.addresses import countries as licensed
from shop.datafiles import FilesInvalid
from shop.jurisdictions import loading
from shop.patients import questions
from shop.review.rules.facts import COUNTS, FACTS
from shop.review.rules.screening import read, screenings
from shop.review.said import NOT_ASKED
from tests.catalogue.folders import SHIPPED, edit
from tests.conftest import mg
from tests.review.cases import BLOCK, found


@pytest.mark.parametrize("country", loading.load("demo").countries)
def test_every_country_of_the_shop_has_data_and_cites_them(country: str) -> None:
    screening = screenings(country)["baclofen"]

    assert screening.strengths is not None
    assert len(screening.digest) == 64
    cited = [
        screening.stopping_suddenly,
        screening.strengths,
        *screening.doses.values(),
        *screening.lines,
        *screening.interactions.lines,
        *screening.dose_notes,
    ]
    for each in cited:
        assert each.sources
        assert each.cited.endswith(f"[{each.mark}]")


@pytest.mark.parametrize(
    ("strength", "country", "supplied"),
    [
        (10, "US", "yes"),
        (25, "US", "no"),
        (25, "GB", "no"),
        (25, "AU", "yes"),
        (5, "AU", "no"),
        (10, "NZ", "no"),
    ],
)
def test_a_strength_goes_only_where_it_is_authorised(
    strength: int, country: str, supplied: str
) -> None:
    assert screenings(country)["baclofen"].supplies(mg(strength)) is (supplied == "yes")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "baclofen"
    shutil.copytree(SHIPPED / "baclofen", copy)
    return copy


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("sources: [U16], mark", "sources: [U99], mark", "“U99” is not a known source"),
        ("sources: [U16], mark", "sources: [], mark", "“sources” must be a list of keys"),
        ("sources: [U16], mark: V", "sources: [U16]", "“mark” is missing"),
        ("value: 100, sources: [U16]", "value: 121, sources: [U16]", "not in order"),
        ("value: 100, sources: [U16]", "value: yes, sources: [U16]", "“yes” is no number"),
        ('["5 mg/{tablet}", "10 mg/{tablet}"]', '["5 mg"]', "“5 mg” is no strength"),
        ('["5 mg/{tablet}", "10 mg/{tablet}"]', "[]", "cannot be “GB”"),
        ("stopping_suddenly:", "stopping:", "“stopping” is not a known entry"),
        ("unless: [dose-above-120]", "unless: [dose-above-12]", "there is no finding"),
        ("mg_a_day: {above: most}", "mg_a_day: {above: mostly}", "there is no dose “mostly”"),
        ("{mg_a_day} mg a day is more than {most}", "{mg} mg", "“mg” is nothing that can be said"),
        ("egfr: {below: 30}}", "egfr: {under: 30}}", "“under”"),
        (
            'severity: note, by: pharmacist, says: "A healed',
            'severity: note, by: nobody, says: "A healed',
            "a note is for",
        ),
        (
            'severity: block, by: prescriber, says: "A baclofen pump',
            'severity: block, by: pharmacist, says: "A baclofen pump',
            "a block is for",
        ),
        (
            'severity: query, by: prescriber, says: "Porphyria',
            'severity: query, by: nobody, says: "Porphyria',
            "is a block",
        ),
        (
            'severity: query, by: prescriber, says: "Porphyria',
            'severity: alarm, by: prescriber, says: "Porphyria',
            "“alarm” is not one of",
        ),
        ("countries: [CH, ZA]", "countries: [CH, ZZ]", "“ZZ” has no strengths"),
        ("  everywhere:", "  nowhere:", "“everywhere” is missing"),
        ("  dose: [start-dose-too-high", "  dose: [start-dose-to-high", "there is no finding"),
    ],
)
def test_wrong_data_are_refused_with_file_and_line(
    before: str, after: str, problem: str, folder: Path
) -> None:
    edit(folder / "screening.yaml", before, after)

    with pytest.raises(FilesInvalid) as refused:
        read(folder)

    assert any(
        each.file == "baclofen/screening.yaml" and each.line > 1 and problem in each.reason
        for each in refused.value.problems
    ), str(refused.value)


def test_a_country_without_data_is_not_supplied_and_the_lines_still_speak() -> None:
    seen = found(country="NZ", said={"epilepsy": "yes"}, authorised_in={(1, mg(10)): {"NZ"}})

    assert seen["not-screened-baclofen"] == BLOCK
    assert "epilepsy-baclofen" in seen


def test_a_fault_fails_the_checks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(folder / "screening.yaml", "unless: [dose-above-120]", "unless: [dose-above-12]")
    monkeypatch.setattr(files, "MEDICINES", folder.parent)

    said = [str(each) for each in run_checks() if each.id == "review.E001"]

    assert len(said) == 1
    assert "baclofen/screening.yaml:" in said[0]
    assert "there is no finding “dose-above-12”" in said[0]


def test_every_licensed_country_of_the_demonstration_has_data(db: None) -> None:
    codes = {code for code, _name in licensed.choices()}

    assert all(screenings(code)["baclofen"].strengths for code in codes)


def test_every_answer_that_a_line_asks_for_can_be_given() -> None:
    """A code that no question has, and a question that nobody is asked, would never speak."""
    table, allergens = questions.table(), frozenset(index_of_conditions().allergens.values())
    wrong = []
    for finding, when in screenings("AU")["baclofen"].conditions:
        for name, codes in when.items():
            if name in FACTS or name.endswith(COUNTS):
                continue
            options = set(table.called(name).options) | {"unanswered"}
            options |= allergens | {"lactose", "coeliac"} if name == "allergies" else set()
            if isinstance(codes, tuple) and not set(codes) <= options:
                wrong.append((finding, name, set(codes) - options))

    assert wrong == []


def test_every_illness_that_does_not_go_away_is_an_answer() -> None:
    table = questions.table()

    for name, codes in screenings("AU")["baclofen"].lasting.items():
        assert set(codes) <= set(table.called(name).options), name


@pytest.mark.parametrize("name", questions.table().names)
def test_a_question_that_is_not_for_this_patient_stops_nothing(name: str) -> None:
    """It is no answer, of whatever kind the question is."""
    new = {"taking": "new", name: NOT_ASKED}

    assert isinstance(found(said={name: NOT_ASKED}), dict)
    assert f"{name}-unknown-baclofen" not in found(said=new, last_supplies={})
