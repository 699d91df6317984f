"""The rules that a medicine's own data make: every line that holds, the strictest of each finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from catalogue.amounts import exactly
from shop.review.rules.alert import Alert
from shop.review.rules.case import Case
from shop.review.rules.facts import FACTS, fact
from shop.review.rules.screening import (
    UNANSWERED,
    Between,
    Condition,
    Conditions,
    DoseNote,
    Line,
    Screening,
)
from shop.review.rules.view import Value, View

Found = Mapping[str, Value]


def lines(case: Case) -> Iterator[Alert]:
    """What each medicine's screening says of this case."""
    for screening in case.screened:
        yield from _said(case, screening)


def _said(case: Case, screening: Screening) -> Iterator[Alert]:
    view = View(case, screening)
    strictest: dict[str, tuple[Line, Alert]] = {}
    for line in screening.lines:
        if holds(line.when, view):
            alert = _alert(line, view)
            known = strictest.get(line.finding)
            if known is None or alert.rank < known[1].rank:
                strictest[line.finding] = (line, alert)
    for line, alert in strictest.values():
        if not strictest.keys() & set(line.unless):
            yield alert


def _alert(line: Line, view: View) -> Alert:
    return Alert(
        line.finding,
        line.severity,
        sentence(line.says, view),
        line.cited,
        about=view.screening.medicine,
        medicine=view.case.title_of(view.screening.medicine),
        liftable_by=line.by,
    )


def dose_notes(case: Case, screening: Screening) -> Iterator[tuple[DoseNote, str]]:
    """What holds of the notes beside the dose, in words."""
    view = View(case, screening)
    for note in screening.dose_notes:
        if holds(note.when, view):
            yield note, sentence(note.says, view)


def holds(when: Conditions, view: View, more: Found | None = None) -> bool:
    """Whether all of it is so; ``more`` are facts beside those of the case."""
    more = more or {}
    return all(
        _is_so(wanted, more[name] if name in more else fact(view, name), view.screening)
        for name, wanted in when.items()
    )


def _is_so(wanted: Condition, value: Value, screening: Screening) -> bool:
    if isinstance(wanted, Between):
        return _is_between(wanted, value, screening)
    if value is None:
        return UNANSWERED in wanted
    return isinstance(value, frozenset) and bool(value & set(wanted))


def _is_between(wanted: Between, value: Value, screening: Screening) -> bool:
    if not isinstance(value, Fraction):
        return bool(wanted.unknown)

    def bound(each: Fraction | str | None) -> Fraction | None:
        return None if each is None else screening.dose(each)

    above, at_least = bound(wanted.above), bound(wanted.at_least)
    below, at_most = bound(wanted.below), bound(wanted.at_most)
    return not (
        (above is not None and value <= above)
        or (at_least is not None and value < at_least)
        or (below is not None and value >= below)
        or (at_most is not None and value > at_most)
    )


class _Words(dict[str, str]):
    """What a sentence names, in words."""

    def __init__(self, view: View) -> None:
        self.view = view

    def __missing__(self, name: str) -> str:
        doses = self.view.screening.doses
        is_dose = name in doses and name not in FACTS
        value = doses[name].value if is_dose else fact(self.view, name)
        return in_words(value)


def in_words(value: Value) -> str:
    """A fact as a sentence says it; “?” for what is not known."""
    if value is None:
        return "?"
    if isinstance(value, Fraction):
        return (
            exactly(value) if value.denominator in {1, 2, 4, 5, 10, 20} else f"{float(value):.1f}"
        )
    return ", ".join(sorted(value))


def sentence(says: str, view: View) -> str:
    """A sentence of the data, with its numbers."""
    return says.format_map(_Words(view))


RULES = (lines,)
