"""When a supply is used up, and when the next ones of an authorisation are due."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction

from shop import days
from shop.jurisdictions import loading
from shop.prescriptions.models import Authorisation, Supply


def next_supply_on(authorisation: Authorisation) -> datetime.date | None:
    """The first day of the next supply; None when nothing was supplied or no daily dose is known.

    The last supply has then been used to so many percent, or so many days are left, whichever is
    sooner, as the profile says: never so strict that the patient runs out.
    """
    kept = [each for each in authorisation.supply_rows.all() if each.returned_at is None]
    supplies = sorted(kept, key=lambda supply: supply.pk)
    if not supplies or not authorisation.units_a_day:
        return None
    profile = loading.current()
    *_earlier, (last_begins, runs_out) = used_in_turn(supplies)
    used = last_begins + (runs_out - last_begins) * profile.repeat_after_percent.value / 100
    due = min(math.ceil(used), math.floor(runs_out) - profile.repeat_margin_days.value)
    return datetime.date.fromordinal(max(due, day_of(supplies[-1].taken_at)))


def used_in_turn(
    supplies: Iterable[Supply], *, since: Fraction | None = None
) -> Iterator[tuple[Fraction, Fraction]]:
    """When each supply is begun and used up, as ordinals of days; ``since`` is when others end.

    What comes before the rest is used up is taken after it. Raises ValueError for a supply
    without a daily number of units.
    """
    runs_out = since
    for supply in supplies:
        taken = Fraction(day_of(supply.taken_at))
        begins = taken if runs_out is None else max(runs_out, taken)
        a_day = supply.authorisation.units_a_day
        if not a_day:
            raise ValueError(f"nobody knows how long a supply of {supply.units} lasts")
        runs_out = begins + supply.units / Fraction(a_day)
        yield begins, runs_out


def day_of(moment: datetime.datetime) -> int:
    """The ordinal of the day it is at the pharmacy."""
    return days.at_pharmacy(moment).toordinal()
