"""When the next tablets of an authorisation are due."""

from __future__ import annotations

import datetime
import math
from fractions import Fraction

from django.conf import settings
from django.utils import timezone

from shop.prescriptions.models import Authorisation, Supply


def next_supply_on(authorisation: Authorisation) -> datetime.date | None:
    """The first day of the next supply; None when nothing was supplied or no daily dose is known.

    The last supply has then been used to `REPEAT_AFTER_PERCENT`, or `REPEAT_MARGIN_DAYS` are left,
    whichever is sooner: never so strict that the patient runs out (pharmacy standards, ORD-10).
    """
    a_day = authorisation.tablets_a_day
    supplies = _still_supplied(authorisation)
    if not supplies or not a_day:
        return None
    last_begins = runs_out = Fraction(_day_of(supplies[0].taken_at))
    for supply in supplies:
        # Tablets that come before the others are used up are taken after them.
        last_begins = max(runs_out, Fraction(_day_of(supply.taken_at)))
        runs_out = last_begins + Fraction(supply.tablets) / Fraction(a_day)
    used = last_begins + (runs_out - last_begins) * settings.REPEAT_AFTER_PERCENT / 100
    due = min(math.ceil(used), math.floor(runs_out) - settings.REPEAT_MARGIN_DAYS)
    return datetime.date.fromordinal(max(due, _day_of(supplies[-1].taken_at)))


def _still_supplied(authorisation: Authorisation) -> list[Supply]:
    """The supplies, oldest first, without the newest ones where tablets were given back."""
    supplied = []
    tablets = 0
    for supply in sorted(authorisation.supply_rows.all(), key=lambda supply: supply.pk):
        tablets += supply.tablets
        if tablets > authorisation.tablets_supplied:
            break
        supplied.append(supply)
    return supplied


def _day_of(moment: datetime.datetime) -> int:
    return timezone.localdate(moment).toordinal()
