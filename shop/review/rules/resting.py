"""Which of the patient's answers a finding or a point of the checklist rests on.

What was settled from an answer is open again once another takes its place. What the lines of
screening rest on is told by the lines themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from catalogue.content import files
from shop.review.checklist import CLINICAL, Point
from shop.review.rules.alert import RULE_NAMES
from shop.review.rules.facts import MEDICINES, questions_of
from shop.review.rules.screening import Screening, screenings_of_all_countries

_IDENTITY = ("patient_name", "date_of_birth", "address", "state", "postcode")
# What the rules in Python rest on; whatever is not here, nor in a line, rests on no answer.
_FINDINGS: dict[str, tuple[str, ...]] = {
    # The checker counts age and kidneys among the circumstances.
    "interaction": (*MEDICINES, "date_of_birth", "egfr"),
    "not-recognized": MEDICINES,
    "medicines-unclear": MEDICINES,
    "conditions-unknown": ("allergies", "conditions"),
    "patient-mismatch": _IDENTITY,
    "no-country": ("country",),
    "strength-country": ("country",),
    "not-screened": ("country",),
}


def questions_read() -> frozenset[str]:
    """Every question that some rule reads, by its name."""
    rest = _rest(files.MEDICINES)
    return frozenset(name for under in rest.values() for name in under)


def findings() -> frozenset[str]:
    """Every finding that there can be, of rules in Python and of lines."""
    return frozenset(RULE_NAMES | _rest(files.MEDICINES).keys())


@cache
def _rest(medicines: Path) -> dict[str, frozenset[str]]:
    """What each finding rests on, over all medicines and countries."""
    found: dict[str, set[str]] = {name: set(under) for name, under in _FINDINGS.items()}
    for screening in screenings_of_all_countries(medicines):
        for name, under in _of(screening):
            found.setdefault(name, set()).update(under)
    return {name: frozenset(under) for name, under in found.items()}


def _of(screening: Screening) -> Iterator[tuple[str, set[str]]]:
    for finding, when in screening.conditions:
        yield finding, {q for name in when for q in questions_of(name, screening)} | {"country"}
    for name in screening.interactions.named.values():
        yield name, {*_FINDINGS["interaction"]}
    for line in screening.lines:
        others = (other for name in line.unless for other in _others(screening, name))
        yield line.finding, set(others)
    yield "answers-contradict", set(screening.lasting)


def _others(screening: Screening, finding: str) -> Iterator[str]:
    """What the finding rests on beside which another is not said."""
    for line in screening.lines:
        if line.finding == finding:
            yield from (q for name in line.when for q in questions_of(name, screening))


def answers_under(key: str) -> frozenset[str]:
    """The questions that a finding rests on, by its key."""
    rest = _rest(files.MEDICINES)
    named = [rule for rule in rest if key == rule or key.startswith(f"{rule}-")]
    return rest[max(named, key=len)] if named else frozenset()


def fields_over(names: tuple[str, ...]) -> frozenset[str]:
    """The fields of the sheet that rest on these answers."""
    changed = set(names)
    points = [point.name for point in CLINICAL if changed & _under(point)]
    fields = {f"{part}_{point}" for point in points for part in ("c", "n")}
    identity = {"identity_method", "identity_result"} if changed & set(_IDENTITY) else set()
    return frozenset(fields | identity)


def _under(point: Point) -> set[str]:
    """The questions that a point of the checklist rests on, by its own and by its findings."""
    own = {name for names in point.questions for name in names.split("|")}
    about = (finding for finding in findings() if point.is_about(finding))
    return own.union(*map(answers_under, about))
