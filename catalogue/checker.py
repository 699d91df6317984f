"""Compares the medicines somebody typed with the interactions of a content version.

Three answers for each thing typed: it sets off rules; it is known, and our sources say nothing
about it with this medicine; or it is not recognized, so it was not checked. None of them clears it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catalogue.combinations import NOTHING_KNOWN, Candidate, Fired, Known, fired
from catalogue.content.document import Content, Rule, Severity, WordClass, grouped
from catalogue.meanings import Index, index_of
from catalogue.names import key_of
from catalogue.typed import Named, Rest, read, similar
from catalogue.vocabulary.small_words import small_words

# Past this many entries the rest is listed without a guess, so that no text takes long.
MOST_GUESSED_ENTRIES = 150


@dataclass(frozen=True)
class Match:
    """What was typed, and the name that it is."""

    entry: str
    name: str
    is_misspelt: bool = False

    def as_json(self) -> dict[str, str]:
        is_exact = key_of(self.entry) == key_of(self.name)
        how = "misspelt" if self.is_misspelt else "exact" if is_exact else "other name"
        return {"typed": self.entry, "name": self.name, "how": how}


@dataclass(frozen=True)
class _Typed:
    """What was typed for one thing."""

    matches: tuple[Match, ...]

    @property
    def entries(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(match.entry for match in self.matches))

    @property
    def misspelt(self) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.is_misspelt)


@dataclass(frozen=True)
class Hit(_Typed):
    """A rule, and what was typed that it is about."""

    rule: Rule

    @property
    def is_street(self) -> bool:
        return isinstance(self.rule, WordClass) and self.rule.is_street


@dataclass(frozen=True)
class Silence(_Typed):
    """A substance, or a kind of medicine, of which our sources say nothing with this one."""

    substance: str
    advice: str = ""


@dataclass(frozen=True)
class Guess:
    """A name that looks like what was typed; the reader decides whether it was meant."""

    name: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Unchecked:
    """Something typed that is not recognized; partly holds the words of it that are."""

    entry: str
    guesses: tuple[Guess, ...] = ()
    partly: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What a list of medicines gives, one by one and together."""

    hits: tuple[Hit, ...]
    silent: tuple[Silence, ...]
    unchecked: tuple[Unchecked, ...]
    combinations: tuple[Fired, ...]
    takes_nothing: bool = False
    # Parts of it in which somebody says that they do not know.
    unsure: tuple[str, ...] = ()

    @property
    def by_severity(self) -> list[tuple[Severity, list[Hit]]]:
        """The hits in groups, worst first."""
        return grouped(Severity, self.hits, by=lambda hit: hit.rule.severity)

    @property
    def warnings(self) -> list[tuple[Severity, list[Hit]]]:
        """The groups of what may happen, worst first."""
        return [group for group in self.by_severity if group[0] != Severity.NONE_DOCUMENTED]

    @property
    def none_found(self) -> list[tuple[Severity, list[Hit]]]:
        """The group of which no interaction is documented; what was not checked stands above it."""
        return [group for group in self.by_severity if group[0] == Severity.NONE_DOCUMENTED]

    @property
    def names_a_street_drug(self) -> bool:
        return any(hit.is_street for hit in self.hits)

    @property
    def is_unclear(self) -> bool:
        """Whether it is no list, and does not say that there is nothing else: it is asked again."""
        named = self.hits or self.silent or self.unchecked or self.combinations
        return bool(self.unsure) or not (named or self.takes_nothing)

    def as_json(self) -> dict[str, Any]:
        """Rule ids, severities and how each was matched, in JSON’s own types, to be kept."""
        return {
            "takes_nothing": self.takes_nothing,
            "is_unclear": self.is_unclear,
            "hits": [
                {
                    **_rule(hit.rule),
                    "is_street": hit.is_street,
                    "matched": [match.as_json() for match in hit.matches],
                }
                for hit in self.hits
            ],
            "nothing_known": [
                {
                    "substance": each.substance,
                    "matched": [match.as_json() for match in each.matches],
                }
                for each in self.silent
            ],
            "combinations": [_fired(each) for each in self.combinations],
            "unchecked": [_unchecked(each) for each in self.unchecked],
        }


def _rule(rule: Rule) -> dict[str, Any]:
    belongs_to = rule.row if isinstance(rule, WordClass) else ""
    return {
        "rule": rule.id,
        "row": belongs_to or rule.id,
        "severity": str(rule.severity),
        "review_action": rule.review_action,
    }


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


def _unchecked(each: Unchecked) -> dict[str, Any]:
    return {
        "typed": each.entry,
        "partly": list(each.partly),
        "similar": [
            {"name": guess.name, "rules": [_rule(rule) for rule in guess.rules]}
            for guess in each.guesses
        ],
    }


def check(content: Content, text: str, *, known: Known = NOTHING_KNOWN) -> Result:
    """Every interaction of what was typed, and everything typed that was not checked.

    Known says which circumstances are true of the person; what it does not say stays open.
    """
    if small_words().says_nothing_is_taken(text):
        return Result((), (), (), (), takes_nothing=True)
    index = index_of(content)
    named: list[Named] = []
    rest: dict[str, Rest] = {}
    for found in read(text, index):
        if isinstance(found, Named):
            named.append(found)
        else:
            rest.setdefault(found.entry.casefold(), found)
    unsure = tuple(each.entry for each in rest.values() if small_words().says_not_sure(each.entry))
    left = [each for each in rest.values() if each.entry not in unsure]
    unchecked = tuple(_with_guesses(left, index))
    return Result(
        hits=_hits(named),
        silent=_silent(content, named),
        unchecked=unchecked,
        combinations=fired(content.combinations, _candidates(named, unchecked), known),
        unsure=unsure,
    )


def _match(each: Named) -> Match:
    return Match(each.entry, each.meaning.name, not each.meaning.is_spelt_so)


def _hits(named: list[Named]) -> tuple[Hit, ...]:
    matches: dict[str, dict[Match, None]] = {}
    rules: dict[str, Rule] = {}
    for each in named:
        for rule in each.meaning.rules:
            rules[rule.id] = rule
            matches.setdefault(rule.id, {})[_match(each)] = None
    worst_first = sorted(rules.values(), key=lambda rule: rule.severity.rank)
    return tuple(Hit(tuple(matches[rule.id]), rule) for rule in worst_first)


def _silent(content: Content, named: list[Named]) -> tuple[Silence, ...]:
    matches: dict[str, dict[Match, None]] = {}
    for each in named:
        for substance in each.meaning.silent:
            matches.setdefault(substance, {})[_match(each)] = None
    advice = {kind.id: kind.advice for kind in content.silent}
    return tuple(Silence(tuple(by), of, advice.get(of, "")) for of, by in matches.items())


def _candidates(named: list[Named], unchecked: tuple[Unchecked, ...]) -> list[Candidate]:
    """Everything that can play a part in a combination; a misspelt name only may."""
    sure = [
        Candidate(each.entry, key, each.meaning.rows, is_guess=not each.meaning.is_spelt_so)
        for each in named
        for key in each.meaning.keys or (key_of(each.entry),)
    ]
    may_be = [
        Candidate(each.entry, key_of(each.entry), frozenset(rule.may_be), is_guess=True)
        for each in named
        for rule in each.meaning.rules
        if isinstance(rule, WordClass) and rule.may_be
    ]
    guessed = [
        Candidate(each.entry, key_of(guess.name), _ids(guess.rules), is_guess=True)
        for each in unchecked
        for guess in each.guesses
    ]
    return sure + may_be + guessed


def _ids(rules: tuple[Rule, ...]) -> frozenset[str]:
    return frozenset(rule.id for rule in rules)


def _with_guesses(rest: list[Rest], index: Index) -> Iterator[Unchecked]:
    for place, each in enumerate(rest):
        keys = similar(each.entry, index) if place < MOST_GUESSED_ENTRIES else []
        guesses = (Guess(index.own[key].name, index.own[key].rules) for key in keys)
        others = tuple(guess for guess in guesses if guess.name not in each.partly)
        yield Unchecked(each.entry, others, each.partly)
