"""Taking away any one line of a medicine's screening fails a case: nothing in the file is idle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from catalogue.content import files
from shop.review.rules.case import Case
from shop.review.rules.screening import EVERYWHERE, Screening, contradictions, for_country, read
from tests.review.adapting import Written, case_in
from tests.review.test_clinical_cases import OPEN, every_case, wrong_with

Smaller = Iterator[tuple[str, Any]]
FILE = read(files.MEDICINES / "baclofen")


@cache
def cases() -> tuple[tuple[Written, Case], ...]:
    return tuple((each, case_in(each)) for each in every_case() if each.id not in OPEN)


def with_held(each: Written, case: Case, held: Screening) -> list[str]:
    """What is wrong with a case when this is held against it."""
    changed = replace(case, screenings={each.medicine: held})
    return wrong_with(each, changed)


def speaks_of(each: Written, name: str) -> bool:
    """Whether a case expects what a line finds; such cases are tried first."""
    return any(one["what"] in name for one in each.facts["expect"])


def but(rows: tuple[Any, ...], n: int) -> tuple[Any, ...]:
    """The rows without one of them."""
    return (*rows[:n], *rows[n + 1 :])


def without(rows: Any, key: Any) -> dict[Any, Any]:
    return {name: each for name, each in rows.items() if name != key}


def lines() -> Smaller:
    for n, line in enumerate(FILE.lines):
        name = f"line {n}, {line.finding}: {line.says[:40]}"
        yield name, replace(FILE, lines=but(FILE.lines, n))
        for country in line.countries:
            fewer = tuple(each for each in line.countries if each != country) or ("XX",)
            some = replace(line, countries=fewer)
            yield f"{name} in {country}", replace(FILE, lines=(*but(FILE.lines, n), some))


def notes() -> Smaller:
    for n, note in enumerate(FILE.dose_notes):
        yield f"note: {note.says[:50]}", replace(FILE, dose_notes=but(FILE.dose_notes, n))


def interactions() -> Smaller:
    of = FILE.interactions
    for n, graded in enumerate(of.lines):
        fewer = replace(of, lines=but(of.lines, n))
        yield f"interactions: {graded.when}", replace(FILE, interactions=fewer)
    for row in of.named:
        named = replace(of, named=without(of.named, row))
        yield f"interactions named: {row}", replace(FILE, interactions=named)


def lasting() -> Smaller:
    for question, codes in FILE.lasting.items():
        for n, code in enumerate(codes):
            fewer = {**FILE.lasting, question: but(codes, n)}
            yield f"lasting: {question} {code}", replace(FILE, lasting=fewer)


def strengths() -> Smaller:
    for country, value in FILE.strengths.items():
        for n, strength in enumerate(value.value):
            fewer = {**FILE.strengths, country: replace(value, value=but(value.value, n))}
            yield f"{strength} in {country}", replace(FILE, strengths=fewer)


def doses() -> Smaller:
    for country, own in FILE.doses.items():
        for name in own if country != EVERYWHERE else ():
            fewer = {**FILE.doses, country: without(own, name)}
            yield f"{name} of {country}", replace(FILE, doses=fewer)


EVERY = (lines, notes, interactions, lasting, strengths, doses)
SMALLER = {name: file for some in EVERY for name, file in some()}


@pytest.mark.parametrize("name", SMALLER)
def test_without_it_a_case_fails(name: str) -> None:
    if any(contradictions(SMALLER[name])):
        return
    folder = files.MEDICINES / "baclofen"
    countries = {each.facts["country"] for each, _case in cases()}
    held = {country: for_country(SMALLER[name], folder, country) for country in countries}
    as_it_is = {country: for_country(FILE, folder, country) for country in countries}

    assert any(
        with_held(each, case, held[each.facts["country"]])
        for each, case in sorted(cases(), key=lambda pair: not speaks_of(pair[0], name))
        if held[each.facts["country"]] != as_it_is[each.facts["country"]]
    ), f"no case needs it: {name}"
