"""Whose day it is. Nobody else asks the clock for a day, so each rule says whose it means.

- The pharmacy's: what is worked, signed, registered and counted here; its zone is TIME_ZONE.
- The patient's: from when and until when they may order, and since when their medicine lasts. Their
  zone follows from their country. What they may do from a day or until it, they may while it is that
  day in any zone of their country, or at the pharmacy: nobody is told of a day and then refused it.
- Anywhere: a date that somebody typed or read off a paper has not come yet only where it has come
  nowhere, not even in the zone that is first (UTC+14).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from django.conf import settings
from django.utils import timezone

FIRST_ZONE = datetime.timezone(datetime.timedelta(hours=14))
LAST_ZONE = datetime.timezone(datetime.timedelta(hours=-12))


def at_pharmacy(moment: datetime.datetime | None = None) -> datetime.date:
    """The day at the pharmacy, now or at a moment."""
    return timezone.localdate(moment)


def to_count_from(country: str, moment: datetime.datetime) -> datetime.date:
    """The day of a moment from which a patient's medicine lasts so many days.

    The earlier of the pharmacy's and the patient's, so that it is never said to last too long; the
    patient's is that of the last zone of their country (ISO 3166-1 alpha-2; empty: not known). A
    pharmacy in the same country counts by its own.
    """
    zones = zones_of(country)
    if settings.TIME_ZONE in zones:
        return at_pharmacy(moment)
    return min(_days_in(zones | {settings.TIME_ZONE}, moment))


def has_begun(day: datetime.date, *, country: str) -> bool:
    """Whether it is this day already, or a later one, for a patient there or at the pharmacy."""
    return max(_days_in(zones_of(country) | {settings.TIME_ZONE})) >= day


def is_over(day: datetime.date, *, country: str) -> bool:
    """Whether this day has ended for every patient there, and at the pharmacy."""
    return min(_days_in(zones_of(country) | {settings.TIME_ZONE})) > day


def is_ahead(day: datetime.date) -> bool:
    """Whether this day has come nowhere yet."""
    return day > latest()


def latest() -> datetime.date:
    """The day where it comes first; it has come nowhere sooner."""
    return timezone.localdate(timezone=FIRST_ZONE)


def earliest() -> datetime.date:
    """The day where it comes last; every day before it is over everywhere."""
    return timezone.localdate(timezone=LAST_ZONE)


def _days_in(
    zones: Iterable[str], moment: datetime.datetime | None = None
) -> Iterator[datetime.date]:
    return (timezone.localdate(moment, timezone=ZoneInfo(zone)) for zone in zones)


@lru_cache
def zones_of(country: str) -> frozenset[str]:
    """The zones in which people of a country live, by their names in the time zone database."""
    return frozenset(filter(_is_known, get_global("territory_zones").get(country, ())))


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return not zone.startswith("Antarctica/")
