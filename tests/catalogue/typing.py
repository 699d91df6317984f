"""Holds what the checker makes of a typed text against what it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from catalogue.checker import Result, check
from catalogue.content.document import Content, WordClass
from catalogue.meanings import index_of
from catalogue.names import key_of
from catalogue.vocabulary.lexicon import lexicon

FILES = tuple(
    Path(__file__).with_name(name)
    for name in (
        "typed.yaml",
        "typed_blind.yaml",
        "typed_blind_second.yaml",
        "typed_blind_third.yaml",
    )
)
NOTHING, NO_MEDICINE, UNKNOWN = "nothing", "not a medicine", "unknown"


class Verdict(StrEnum):
    """What became of one typed text."""

    RIGHT = "right"
    # Some of it is known, and some is not recognized.
    PARTLY = "partly"
    # What it names was not recognized.
    MISSED = "missed"
    # Another substance was found in it.
    WRONG = "wrong"
    # It was said that nothing is known of something that our sources speak of, or that is no medicine.
    FALSE_SILENCE = "false silence"


@dataclass(frozen=True)
class Outcome:
    row: Mapping[str, Any]
    verdict: Verdict
    result: Result

    @property
    def is_of_a_medicine(self) -> bool:
        return bool(named(self.row))

    def __str__(self) -> str:
        hits = [hit.rule.id for hit in self.result.hits]
        silent = [each.substance for each in self.result.silent]
        rest = [each.entry for each in self.result.unchecked]
        return f"{self.verdict}: {self.row} -> {hits} {silent} {rest}"


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text())
    return found


def named(row: Mapping[str, Any]) -> list[str]:
    """The substances that a text names."""
    means = row["means"] if isinstance(row["means"], list) else [row["means"]]
    return [each for each in means if each not in {NOTHING, NO_MEDICINE, UNKNOWN}]


def outcomes(content: Content, written: Iterable[Mapping[str, Any]]) -> list[Outcome]:
    return [outcome(content, row) for row in written]


def outcome(content: Content, row: Mapping[str, Any]) -> Outcome:
    result = check(content, row["typed"])
    return Outcome(row, _verdict(content, row, result), result)


def _verdict(content: Content, row: Mapping[str, Any], result: Result) -> Verdict:
    meant = named(row)
    if row["means"] == NOTHING:
        return Verdict.RIGHT if result.takes_nothing or result.is_unclear else Verdict.MISSED
    if row["means"] == NO_MEDICINE:
        # That it is not recognized is an honest answer to “cheese”.
        if result.silent:
            return Verdict.FALSE_SILENCE
        return Verdict.WRONG if result.hits else Verdict.RIGHT
    if not meant:
        return _of_unknown(row, result)
    return _of_substances(content, row, meant, result)


def _of_unknown(row: Mapping[str, Any], result: Result) -> Verdict:
    if row.get("class"):
        return Verdict.RIGHT if result.hits or result.silent else Verdict.MISSED
    if result.silent:
        return Verdict.FALSE_SILENCE
    return Verdict.WRONG if result.hits else Verdict.RIGHT


def _of_substances(
    content: Content, row: Mapping[str, Any], meant: list[str], result: Result
) -> Verdict:
    index = index_of(content)
    meant = [*meant, *_asked_about(result, meant)]
    rules: set[str] = set()
    silent: set[str] = set()
    for name in meant:
        meaning = index.find(key_of(name))
        rules |= {rule.id for rule in meaning.rules} if meaning else set()
        silent |= set(meaning.silent) if meaning else set()
    found = {hit.rule.id for hit in result.hits}
    kinds = {kind.id for kind in content.silent}
    quiet = {each.substance for each in result.silent} - kinds
    named_by = {sub for sub in quiet for name in meant if _is_one(sub, name)}
    spoken_of = {rule for rule in rules if rule not in found}
    if quiet - silent - named_by - {row.get("class")}:
        documented = rules and not found
        return Verdict.FALSE_SILENCE if documented else Verdict.WRONG
    if not found and not quiet:
        return Verdict.MISSED
    by_class = any(isinstance(hit.rule, WordClass) for hit in result.hits)
    if found - rules and not found & rules and not by_class and not row.get("class"):
        return Verdict.WRONG
    if (spoken_of and not found) or result.unchecked:
        return Verdict.PARTLY
    return Verdict.RIGHT


def _asked_about(result: Result, meant: list[str]) -> list[str]:
    """What else a name stands for that means one thing here and another there: all of it is asked."""
    names = lexicon()
    wanted = {one for name in meant for one in names.names.get(key_of(name), (name,))}
    entries = {match.entry for each in (*result.hits, *result.silent) for match in each.misspelt}
    several = (names.differ.get(key_of(entry), ()) for entry in entries)
    asked = ([one for of in each for one in of] for each in several)
    return [one for each in asked if wanted & {*each} for one in each]


def _is_one(one: str, other: str) -> bool:
    names = lexicon().names
    return names.get(key_of(one), one) == names.get(key_of(other), other)
