"""When the tablets of a supply are used up, and when the next ones of an authorisation are due."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction

from django.conf import settings
from django.utils import timezone

from shop.prescriptions.models import Authorisation, Supply


def next_supply_on(authorisation: Authorisation) -> datetime.date | None:
    """The first day of the next supply; None when nothing was supplied or no daily dose is known.

    The last supply has then been used to `REPEAT_AFTER_PERCENT`, or `REPEAT_MARGIN_DAYS` are left,
    whichever is sooner: never so strict that the patient runs out (pharmacy standards, ORD-10).
    """
    kept = [each for each in authorisation.supply_rows.all() if each.returned_at is None]
    supplies = sorted(kept, key=lambda supply: supply.pk)
    if not supplies or not authorisation.tablets_a_day:
        return None
    *_earlier, (last_begins, runs_out) = used_in_turn(supplies)
    used = last_begins + (runs_out - last_begins) * settings.REPEAT_AFTER_PERCENT / 100
    due = min(math.ceil(used), math.floor(runs_out) - settings.REPEAT_MARGIN_DAYS)
    return datetime.date.fromordinal(max(due, day_of(supplies[-1].taken_at)))


def used_in_turn(
    supplies: Iterable[Supply], *, since: Fraction | None = None
) -> Iterator[tuple[Fraction, Fraction]]:
    """When each supply is begun and used up, as ordinals of days; ``since`` is when others end.

    Tablets that come before the others are used up are taken after them. Raises ValueError for a
    supply without a daily number of tablets.
    """
    runs_out = since
    for supply in supplies:
        taken = Fraction(day_of(supply.taken_at))
        begins = taken if runs_out is None else max(runs_out, taken)
        a_day = supply.authorisation.tablets_a_day
        if not a_day:
            raise ValueError(f"nobody knows how long {supply} last")
        runs_out = begins + Fraction(supply.tablets) / Fraction(a_day)
        yield begins, runs_out


def day_of(moment: datetime.datetime) -> int:
    """The ordinal of the day it is at the pharmacy."""
    return timezone.localdate(moment).toordinal()
