"""The limits of medicines: none contradicts itself, and the demonstration takes the strictest."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from django.core.checks import run_checks

from catalogue.content import files
from shop.datafiles import FilesInvalid
from shop.jurisdictions import loading
from shop.jurisdictions.profile import Value
from shop.review.rules.limits import Limits, limits_of_medicines, read
from tests.catalogue.folders import SHIPPED, edit
from tests.conftest import mg
from tests.review.cases import BLOCK, found

NAMES = loading.profile_names()
REFERENCE = ("GB", "US", "AU")
# How the demonstration's value has to be to another's.
STRICTER: dict[str, Callable[[Any, Any], bool]] = {
    "lower": lambda demo, other: demo <= other,
    "higher": lambda demo, other: demo >= other,
    "fewer": lambda demo, other: set(demo) <= set(other),
    "more": lambda demo, other: set(demo) >= set(other),
}
COMPARED_OTHERWISE = {"strengths", "queries", "digest", "medicine"}
WHY = {"dose_checks", "pregnancy_checks", "stopping_suddenly"}


def direction_of_each() -> dict[str, str]:
    """In which direction each limit is stricter."""
    hints = get_type_hints(Limits, include_extras=True)
    metadata = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
    return {name: given[-1] for name, given in metadata.items() if given and given[-1] in STRICTER}


@pytest.mark.parametrize("name", NAMES)
def test_every_medicine_with_limits_has_some_in_each_jurisdiction_and_cites_them(name: str) -> None:
    limits = limits_of_medicines(name)

    assert limits.keys() == {path.parent.name for path in SHIPPED.glob("*/limits.yaml")}
    for each in limits.values():
        assert len(each.digest) == 64
        values = [value for value in vars(each).values() if isinstance(value, Value)]
        assert len(values) == len(vars(each)) - len(("digest", "medicine"))
        for value in values:
            assert value.sources
            assert value.cited.endswith(f"[{value.mark}]")


@pytest.mark.parametrize("name", REFERENCE)
def test_the_demonstration_is_at_least_as_strict(name: str) -> None:
    ours, theirs = limits_of_medicines("demo")["baclofen"], limits_of_medicines(name)["baclofen"]

    for key, direction in direction_of_each().items():
        assert STRICTER[direction](getattr(ours, key).value, getattr(theirs, key).value), key
    for strength in ours.strengths.value:
        for country in loading.load(name).countries:
            assert theirs.supplies(strength, country=country) or not ours.supplies(
                strength, country=country
            )


def test_every_value_of_a_medicine_is_compared() -> None:
    assert Limits.__dataclass_fields__.keys() == direction_of_each().keys() | (
        COMPARED_OTHERWISE | WHY
    )


@pytest.mark.parametrize(
    ("strength", "country", "supplied"),
    [
        (10, "US", "yes"),
        (25, "US", "no"),
        (25, "GB", "no"),
        (25, "AU", "yes"),
        (5, "AU", "no"),
    ],
)
def test_a_strength_goes_only_where_it_is_authorised(
    strength: int, country: str, supplied: str
) -> None:
    limits = limits_of_medicines("demo")["baclofen"]

    assert limits.supplies(mg(strength), country=country) is (supplied == "yes")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "baclofen"
    shutil.copytree(SHIPPED / "baclofen", copy)
    return copy


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("sources: [U16]", "sources: [U99]", "“U99” is not a known source"),
        ("sources: [U16]", "sources: []", "“sources” must be a list of keys"),
        ("sources: [U16], mark: V", "sources: [U16]", "“mark” is missing"),
        ("value: 100, sources: [U16]", "value: 121, sources: [U16]", "the dose that is queried is"),
        ("value: 100, sources: [U16]", "value: -1, sources: [U16]", "“query_above_mg_a_day” must"),
        ("value: 100, sources: [U16]", "value: yes, sources: [U16]", "“query_above_mg_a_day” must"),
        ("[stomach_ulcer], sources: [U5]", "[stomach_ulcer, epilepsy], sources: [U5]", "same cond"),
        ("[stomach_ulcer], sources: [U5]", "[], sources: [U5]", "every condition must be blocked"),
        ("[stomach_ulcer], sources: [U5]", "[toothache], sources: [U5]", "“toothache” is not one"),
        ("age_query_below: {value: 18", "age_query_below: {value: 70", "the age limits overlap"),
        ("egfr_block_below: {value: 30", "egfr_block_below: {value: 70", "not in order"),
        (
            '{"5 mg/{tablet}": anywhere,',
            '{"5 mg/{tablet}": nowhere,',
            "“5 mg/{tablet}” must be a list",
        ),
        ('{"5 mg/{tablet}": anywhere,', '{"5 mg": anywhere,', "“5 mg” is no strength"),
        ('{"5 mg/{tablet}": anywhere,', '{"5 mg/{tablet}": ,', "is not said"),
        ("gap_days:", "gap_day:", "“gap_day” is not a known entry"),
        ("gap_days:", "gap_day:", "“gap_days” is missing"),
        ("[daily-dose-very-high,", "[stomach_ulcer,", "is lifted as well"),
        (
            "[daily-dose-very-high,",
            "[daily-dose-veryhigh,",
            "there is no rule “daily-dose-veryhigh”",
        ),
        ("  GB:", "  GBB:", "there is no profile “GBB”"),
        ("everywhere:", "nowhere:", "“nowhere” is not a known entry"),
    ],
)
def test_wrong_limits_are_refused_with_file_and_line(
    before: str, after: str, problem: str, folder: Path
) -> None:
    edit(folder / "limits.yaml", before, after)

    with pytest.raises(FilesInvalid) as refused:
        read(folder, "GB")

    assert any(
        each.file == "baclofen/limits.yaml" and each.line > 1 and problem in each.reason
        for each in refused.value.problems
    ), str(refused.value)


def test_a_problem_names_the_line_of_the_jurisdictions_own_value(folder: Path) -> None:
    path = folder / "limits.yaml"
    edit(path, "{value: 100, sources: [U16]", "{value: 0, sources: [U16]")

    with pytest.raises(FilesInvalid) as refused:
        read(folder, "GB")

    (problem,) = refused.value.problems
    lines = path.read_text().splitlines()
    assert "value: 0, sources: [U16]" in lines[problem.line - 1]


def test_a_jurisdiction_that_is_not_named_has_no_limits_and_the_pharmacist_is_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (folder / "limits.yaml").read_text()
    start = text.index("  GB:")
    (folder / "limits.yaml").write_text(text[:start] + text[text.index("  US:") :])
    monkeypatch.setattr(files, "MEDICINES", folder.parent)

    assert limits_of_medicines("GB") == {}
    assert found(profile="GB", country="GB")["no-limits-baclofen"] == BLOCK


def test_a_misspelt_rule_fails_the_checks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(folder / "limits.yaml", "kidneys-very-low", "kidneys-verylow")
    monkeypatch.setattr(files, "MEDICINES", folder.parent)

    said = [str(each) for each in run_checks() if each.id == "review.E001"]

    assert len(said) == 1
    assert "baclofen/limits.yaml:" in said[0]
    assert "there is no rule “kidneys-verylow”" in said[0]
