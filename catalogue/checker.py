"""Compares the medicines somebody typed with the interactions of a content version.

Names match exactly, after case, accents, spaces, doses and forms are taken away. What is only
similar to a name is a guess, never a match; what is left over is “not checked”, never harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catalogue.combinations import NOTHING_KNOWN, Candidate, Fired, Known, fired
from catalogue.content.document import Content, Interaction, Rule, Severity, grouped
from catalogue.names import key_of
from catalogue.typed import Index, Named, Rest, index_of, read, says_nothing_is_taken, similar

# Past this many entries the rest is listed without a guess, so that no text takes long.
MOST_GUESSED_ENTRIES = 150


@dataclass(frozen=True)
class Match:
    """What was typed, and the name of the list that it is."""

    entry: str
    name: str

    def as_json(self) -> dict[str, str]:
        is_exact = key_of(self.entry) == key_of(self.name)
        return {
            "typed": self.entry,
            "name": self.name,
            "how": "exact" if is_exact else "plural",
        }


@dataclass(frozen=True)
class Hit:
    """An interaction, and what was typed that it is about."""

    interaction: Interaction
    matches: tuple[Match, ...]

    @property
    def entries(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(match.entry for match in self.matches))


@dataclass(frozen=True)
class Guess:
    """A name that looks like what was typed; the reader decides whether it was meant."""

    name: str
    interactions: tuple[Interaction, ...]


@dataclass(frozen=True)
class Unchecked:
    """Something typed that is not in the list; partly holds the words of it that are."""

    entry: str
    guesses: tuple[Guess, ...] = ()
    partly: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What a list of medicines gives, one by one and together."""

    hits: tuple[Hit, ...]
    unchecked: tuple[Unchecked, ...]
    combinations: tuple[Fired, ...]
    takes_nothing: bool

    @property
    def by_severity(self) -> list[tuple[Severity, list[Hit]]]:
        """The hits in groups, worst first."""
        return grouped(Severity, self.hits, by=lambda hit: hit.interaction.severity)

    def as_json(self) -> dict[str, Any]:
        """Rule ids, severities and how each was matched, in JSON’s own types, to be kept."""
        return {
            "takes_nothing": self.takes_nothing,
            "hits": [
                {**_rule(hit.interaction), "matched": [match.as_json() for match in hit.matches]}
                for hit in self.hits
            ],
            "combinations": [_fired(each) for each in self.combinations],
            "unchecked": [
                {
                    "typed": each.entry,
                    "partly": list(each.partly),
                    "similar": [
                        {"name": guess.name, "rules": [_rule(row) for row in guess.interactions]}
                        for guess in each.guesses
                    ],
                }
                for each in self.unchecked
            ],
        }


def _rule(rule: Rule) -> dict[str, str]:
    return {"rule": rule.id, "severity": rule.severity, "review_action": rule.review_action}


def _fired(each: Fired) -> dict[str, Any]:
    return {
        **_rule(each.combination),
        "is_certain": each.is_certain,
        "depends_on": each.depends_on,
        "parts": [
            {"part": part.label, "typed": list(part.entries), "unclear": list(part.unclear)}
            for part in each.parts
        ],
    }


def check(content: Content, text: str, *, known: Known = NOTHING_KNOWN) -> Result:
    """Every interaction of what was typed, and everything typed that was not checked.

    Known says which circumstances are true of the person; what it does not say stays open.
    """
    if says_nothing_is_taken(text):
        return Result((), (), (), takes_nothing=True)
    index = index_of(content.interactions)
    named: list[Named] = []
    rest: dict[str, Rest] = {}
    for found in read(text, index):
        if isinstance(found, Named):
            named.append(found)
        else:
            rest.setdefault(found.entry.casefold(), found)
    unchecked = tuple(_with_guesses(list(rest.values()), index))
    return Result(
        hits=_hits(content, named, index),
        unchecked=unchecked,
        combinations=fired(content.combinations, _candidates(named, unchecked, index), known),
        takes_nothing=False,
    )


def _hits(content: Content, named: list[Named], index: Index) -> tuple[Hit, ...]:
    matches: dict[str, dict[Match, None]] = {}
    for each in named:
        for row in index.rows[each.key]:
            matches.setdefault(row.id, {})[Match(each.entry, index.names[each.key])] = None
    rows = sorted(content.interactions, key=lambda row: row.severity.rank)
    return tuple(Hit(row, tuple(matches[row.id])) for row in rows if row.id in matches)


def _candidates(
    named: list[Named], unchecked: tuple[Unchecked, ...], index: Index
) -> list[Candidate]:
    """Everything that can play a part in a combination, the misspelt names too."""
    sure = [Candidate(each.entry, each.key, _ids(index.rows[each.key])) for each in named]
    guessed = [
        Candidate(each.entry, key_of(guess.name), _ids(guess.interactions), is_guess=True)
        for each in unchecked
        for guess in each.guesses
    ]
    return sure + guessed


def _ids(rows: tuple[Interaction, ...]) -> frozenset[str]:
    return frozenset(row.id for row in rows)


def _with_guesses(rest: list[Rest], index: Index) -> Iterator[Unchecked]:
    for place, each in enumerate(rest):
        keys = similar(each.entry, index) if place < MOST_GUESSED_ENTRIES else []
        guesses = (Guess(index.names[key], index.rows[key]) for key in keys)
        others = tuple(guess for guess in guesses if guess.name not in each.partly)
        yield Unchecked(each.entry, others, each.partly)
