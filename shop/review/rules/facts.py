"""What lines of screening hang on: the patient's answers, and what follows from them and the paper."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.formats import date_format

from catalogue.vocabulary.conditions import ALLERGIES, index_of_conditions
from shop.jurisdictions.profile import add_months
from shop.patients.answers import ADULT_AGE
from shop.review import directions
from shop.review.rules.view import Value, View, exact
from shop.review.said import TEXTS

if TYPE_CHECKING:
    from shop.review.rules.screening import Screening
    from shop.review.transcription import Item

# Between these ages, in years, somebody who is not male could be pregnant.
MAY_BE_PREGNANT = range(12, 56)
MEDICINES = ("other_medicines", "takes_nothing_else", "other_drugs_named")
YES, NO = frozenset({"yes"}), frozenset({"no"})


def _yes(condition: object) -> frozenset[str]:
    return YES if condition else NO


def _age(view: View) -> Fraction | None:
    return exact(view.case.age)


def _could_be_pregnant(view: View) -> frozenset[str]:
    age = view.case.age
    return _yes(view.said("sex_at_birth") != "male" and (age is None or age in MAY_BE_PREGNANT))


def _at(view: View) -> frozenset[str]:
    """A start, or a dose that is settled; what nobody knows counts as a start."""
    taking = view.said("taking")
    is_settled = taking in {"here", "elsewhere"} or (
        taking not in {"new", "stopped"} and view.last is not None
    )
    return frozenset({"settled" if is_settled else "start"})


def _highest(view: View) -> Fraction | None:
    return view.sum(each.mg_a_day for each in view.items)


def _first(view: View) -> Fraction | None:
    return view.sum(each.first_mg_a_day for each in view.items)


def _dose(view: View) -> frozenset[str] | None:
    if not view.items:
        return None
    if any(each.strength.is_rate for each in view.items):
        return frozenset({"rate"})
    return frozenset({"unknown" if _highest(view) is None else "known"})


def _present(view: View) -> Fraction | None:
    """What is taken now in mg a day: the last supply here first, then the patient's word."""
    if view.last is not None and view.last.a_day is not None:
        return view.last.a_day.mg
    return exact(view.said("present_mg_a_day"))


def _rise(view: View) -> Fraction | None:
    first, present = _first(view), _present(view)
    return None if first is None or present is None else first - present


def _fall(view: View) -> Fraction | None:
    """The deepest fall at once: from what is taken now, or from one step of the ladder to the next."""
    rise = _rise(view)
    steps = [low - high for high, low in _steps(view)]
    falls = [-each for each in (*steps, *(() if rise is None else (rise,)))]
    return max(falls, default=None)


def _steps(view: View) -> list[tuple[Fraction, Fraction]]:
    """Every two steps of a ladder that follow each other, in mg a day."""
    ladders = ([step.mg_a_day for step in each.ladder] for each in view.items)
    return [pair for ladder in ladders for pair in pairwise(ladder)]


def _off_record(view: View) -> Fraction | None:
    """By how much what the patient says they take differs from what we supplied it for."""
    said = exact(view.said("present_mg_a_day"))
    if said is None or view.last is None or view.last.a_day is None:
        return None
    return abs(said - view.last.a_day.mg)


def _moved(view: View, name: str) -> Fraction | None:
    """By how much a number differs from what was answered before."""
    before = view.case.earlier.said.get(name) if view.case.earlier else None
    pair = (exact(before), exact(view.said(name)))
    return None if pair[0] is None or pair[1] is None else abs(pair[1] - pair[0])


def _step_up(view: View) -> Fraction | None:
    return max((after - before for before, after in _steps(view)), default=None)


def _step_held(view: View) -> Fraction | None:
    """For how many days the shortest step is held before a rise."""
    held = [
        Fraction(before.days)
        for each in view.items
        for before, after in pairwise(each.ladder)
        if after.mg_a_day > before.mg_a_day
    ]
    return min(held, default=None)


def _doses_a_day(view: View) -> Fraction | None:
    """How often a day, where directions or a ladder say it for the only strength."""
    if len(view.items) != 1:
        return None
    (item,), (read,) = view.items, view.read
    if item.ladder:
        return Fraction(max(step.times_a_day for step in item.ladder))
    if read.units_a_day is None or len(read.amounts) != 1:
        return None
    return read.units_a_day / read.amounts[0]


def _directions(view: View) -> frozenset[str] | None:
    """What is wrong with the directions that were read."""
    pairs = [pair for pair in zip(view.items, view.read, strict=True) if pair[0].directions]
    if not pairs:
        return None
    if any(read.is_unclear for _item, read in pairs):
        return frozenset({"unclear"})
    differ = any(_differ(item, read) for item, read in pairs)
    return frozenset({"contradict" if differ else "clear"})


def _differ(item: Item, read: directions.Read) -> bool:
    numbers = (read.units_a_day, item.units_a_day)
    return not item.ladder and None not in numbers and numbers[0] != numbers[1]


def _ladder(view: View) -> frozenset[str] | None:
    """Whether the steps add up to the quantity, as far as it is known."""
    ladders = [each for each in view.items if each.ladder and each.quantity is not None]
    if not ladders:
        return None
    return frozenset(
        {"on" if all(each.units_of_ladder == each.quantity for each in ladders) else "off"}
    )


def _split(view: View) -> frozenset[str] | None:
    """How the tablets divide of which parts are needed."""
    scores = {
        view.case.pack_of(item).score_line
        for item, read in zip(view.items, view.read, strict=True)
        if _needs_parts(item, read)
    }
    return frozenset(scores) or None


def _needs_parts(item: Item, read: directions.Read) -> bool:
    if not item.strength.of.startswith("{"):
        return False
    if item.ladder:
        return any(item.units_a_dose(step).denominator > 1 for step in item.ladder)
    units = item.units_a_day or Fraction(0)
    return any(each.denominator > 1 for each in (*read.amounts, units))


def _excipients(view: View) -> frozenset[str] | None:
    packs = [view.case.pack_of(item) for item in view.items]
    return frozenset(each for pack in packs for each in pack.excipients) or None


def _days_of_supply(view: View) -> Fraction | None:
    return max((each.days for each in view.items if each.days is not None), default=None)


def _lasts(view: View) -> Fraction | None:
    """For how many days the last supply is, at the dose it was for."""
    last = view.last
    if last is None or last.mass is None:
        return None
    a_day = last.a_day.mg if last.a_day is not None else _highest(view)
    return last.mass.mg / a_day if a_day else None


def _since(view: View) -> Fraction | None:
    return Fraction((view.case.today - view.last.on).days) if view.last else None


def _used_percent(view: View) -> Fraction | None:
    lasts, since = _lasts(view), _since(view)
    return since * 100 / lasts if lasts and since is not None else None


def _days_late(view: View) -> Fraction | None:
    lasts, since = _lasts(view), _since(view)
    return since - lasts if lasts is not None and since is not None else None


def _last_supply(view: View) -> frozenset[str] | None:
    if view.last is None:
        return None
    # While nothing is transcribed the dose may still be to come.
    is_open = view.items or view.last.a_day or view.last.mass is None
    return frozenset({"unknown" if _lasts(view) is None and is_open else "known"})


def _short_by(view: View) -> Fraction | None:
    """For how many days there is none before the fastest delivery (ORD-5)."""
    ends, arrival = view.case.run_out, view.case.earliest_arrival
    return Fraction((arrival - ends.last_day).days) if ends and arrival else None


def _day(day: datetime.date | None) -> frozenset[str] | None:
    return frozenset({date_format(day, "j F Y")}) if day else None


def _days_left(view: View) -> Fraction | None:
    case = view.case
    return exact(case.run_out.days_left_on(case.today) if case.run_out else case.days_left)


@dataclass(frozen=True)
class Fact:
    """How a fact is found, and the questions whose answers it rests on."""

    of: Callable[[View], Value]
    questions: tuple[str, ...] = ()


_BORN = ("date_of_birth",)
_TAKING = ("taking",)
_PRESENT = ("present_mg_a_day",)
_KG = ("weight_kg",)
FACTS: dict[str, Fact] = {
    "age": Fact(_age, _BORN),
    "is_child": Fact(lambda view: _yes((view.case.age or ADULT_AGE) < ADULT_AGE), _BORN),
    "could_be_pregnant": Fact(_could_be_pregnant, ("sex_at_birth", *_BORN)),
    "at": Fact(_at, _TAKING),
    "supplied_here": Fact(lambda view: _yes(view.last)),
    "dose": Fact(_dose),
    "mg_a_day": Fact(_highest),
    "first_mg_a_day": Fact(_first),
    "mg_per_kg": Fact(lambda view: view.per_kg(_highest(view)), _KG),
    "first_mg_per_kg": Fact(lambda view: view.per_kg(_first(view)), _KG),
    "last_mg_a_day": Fact(_present, _PRESENT),
    "rise": Fact(_rise, _PRESENT),
    "fall": Fact(_fall, _PRESENT),
    "off_record": Fact(_off_record, _PRESENT),
    "egfr_moved": Fact(lambda view: _moved(view, "egfr"), ("egfr",)),
    "weight_moved": Fact(lambda view: _moved(view, "weight_kg"), _KG),
    "step_up": Fact(_step_up),
    "step_held": Fact(_step_held),
    "doses_a_day": Fact(_doses_a_day),
    "strengths": Fact(lambda view: frozenset(i.strength.words for i in view.items) or None),
    "directions": Fact(_directions),
    "ladder": Fact(_ladder),
    "split": Fact(_split),
    "excipients": Fact(_excipients),
    "days_of_supply": Fact(_days_of_supply),
    "lasts": Fact(_lasts),
    "days_since": Fact(_since),
    "used_percent": Fact(_used_percent),
    "days_late": Fact(_days_late),
    "last_supply": Fact(_last_supply),
    "days_left": Fact(_days_left, ("days_left", "days_left_unknown")),
    "short_by": Fact(_short_by, ("days_left",)),
    "last_day": Fact(lambda view: _day(view.case.run_out.last_day if view.case.run_out else None)),
    "arrival": Fact(lambda view: _day(view.case.earliest_arrival)),
    "doses": Fact(lambda view: frozenset({view.case.doses})),
    "interactions": Fact(lambda view: frozenset(h["row"] for h in view.hits()) or None, MEDICINES),
    "interaction_actions": Fact(
        lambda view: frozenset(h["review_action"] for h in view.hits()) or None, MEDICINES
    ),
    # Of one row of the interaction list, while that row is graded.
    "grade": Fact(lambda _view: None, MEDICINES),
    "action": Fact(lambda _view: None, MEDICINES),
}
COUNTS = "_counts"
# What a sentence may name that no condition need ask for.
SPOKEN = frozenset(FACTS) | {"present_mg_a_day"}


def fact(view: View, name: str) -> Value:
    """A fact of a case: a derived one, whether a measure still counts, or an answer."""
    if name in FACTS:
        return FACTS[name].of(view)
    if name.endswith(COUNTS):
        return _yes(_still_counts(view, name.removesuffix(COUNTS)))
    return view.answer(name)


def _still_counts(view: View, name: str) -> bool:
    measure = view.screening.measures[name]
    made_on = view.case.day(measure.on)
    if view.said(name) is None or made_on is None:
        return False
    return add_months(made_on, measure.months) >= view.case.today


def questions_of(name: str, screening: Screening) -> tuple[str, ...]:
    """The questions that a fact rests on."""
    if name in FACTS:
        return FACTS[name].questions
    if name.endswith(COUNTS):
        measured = name.removesuffix(COUNTS)
        return measured, screening.measures[measured].on
    return (name, *TEXTS) if name in _named_in_texts() else (name,)


@cache
def _named_in_texts() -> frozenset[str]:
    """The questions that people's own words can answer."""
    meanings = index_of_conditions().meanings.values()
    return frozenset({ALLERGIES} | {meaning[0] for meaning in meanings if meaning})
