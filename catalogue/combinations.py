"""Rules that several medicines set off together, or with an age or a kidney value.

What cannot be told (a name whose contents the data do not say, a misspelt name, an age nobody has
said) still brings the rule up, as a question: it is never left out in silence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from catalogue.content.document import Circumstance, Combination, Part
from catalogue.names import key_of

# Which circumstances are true of a person and which are not; one that is missing is not known.
Known = Mapping[str, bool]
NOTHING_KNOWN: Known = MappingProxyType({})
OLDER_FROM_YEARS = 65
WEAK_KIDNEYS_BELOW = 60


@dataclass(frozen=True)
class Candidate:
    """Something typed, the key of the name it is or resembles, and the rows that own the name."""

    entry: str
    key: str
    rows: frozenset[str]
    is_guess: bool = False


@dataclass(frozen=True)
class Filled:
    """What was typed for one part; unclear entries may play it, the data do not say."""

    label: str
    entries: tuple[str, ...]
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fired:
    """A combination that is there, or may be: then it depends on something or is unclear."""

    combination: Combination
    parts: tuple[Filled, ...]
    depends_on: Circumstance | None = None

    @property
    def entries(self) -> tuple[str, ...]:
        """Everything typed that plays a part, or may."""
        return tuple(dict.fromkeys(e for p in self.parts for e in (*p.entries, *p.unclear)))

    @property
    def unclear(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(entry for part in self.parts for entry in part.unclear))

    @property
    def is_certain(self) -> bool:
        return not self.depends_on and not self.unclear


def known_of(*, age: int | None, egfr: float | None) -> Known:
    """What an age in years and an eGFR in mL/min/1.73 m² say; None is not known.

    Raises ValueError for a negative value or one that is no number.
    """
    for value in (age, egfr):
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise ValueError(f"neither an age nor an eGFR: {value}")
    known: dict[str, bool] = {}
    if age is not None:
        known[Circumstance.AGE_65_OR_OVER] = age >= OLDER_FROM_YEARS
    if egfr is not None:
        known[Circumstance.EGFR_BELOW_60] = egfr < WEAK_KIDNEYS_BELOW
    return known


def fired(
    combinations: Iterable[Combination], candidates: list[Candidate], known: Known
) -> tuple[Fired, ...]:
    """Every combination that the candidates make, or may make, worst first."""
    rules = sorted(combinations, key=lambda rule: rule.severity.rank)
    return tuple(each for rule in rules for each in _fired(rule, candidates, known))


def _fired(combination: Combination, candidates: list[Candidate], known: Known) -> list[Fired]:
    asks = combination.circumstance
    if asks and not known.get(asks, True):
        return []
    parts = [filled for part in combination.parts for filled in _filled(part, candidates)]
    if len(parts) < len(combination.parts):
        return []
    return [Fired(combination, tuple(parts), None if asks in known else asks)]


def _filled(part: Part, candidates: list[Candidate]) -> list[Filled]:
    players: dict[str, set[tuple[str, str]]] = {}
    # How many medicines each unclear entry may stand for.
    unclear: dict[str, int] = {}
    for each in candidates:
        roles = _roles(part, each)
        if roles and not each.is_guess:
            players.setdefault(each.entry, set()).update(roles)
        elif roles or each.key in _keys(part.unclear):
            unclear[each.entry] = max(len(roles), unclear.get(each.entry, 1))
    sure = len(set().union(*players.values()))
    if sure >= part.fewest:
        return [Filled(part.label, tuple(players))]
    if sure + sum(unclear.values()) >= part.fewest:
        return [Filled(part.label, tuple(players), tuple(unclear))]
    return []


def _roles(part: Part, candidate: Candidate) -> set[tuple[str, str]]:
    """What a name counts as: a product that two rows name holds two medicines."""
    roles = {(candidate.key, row) for row in candidate.rows & set(part.rows)}
    return roles | ({(candidate.key, "")} if candidate.key in _keys(part.names) else set())


@lru_cache(maxsize=64)
def _keys(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(key_of, names))
