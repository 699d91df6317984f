"""Days on which the pharmacy and parcels move: Monday to Friday. Public holidays are not known."""

from __future__ import annotations

import datetime

WORKING_WEEK = 5
A_DAY = datetime.timedelta(days=1)


def is_working_day(day: datetime.date) -> bool:
    return day.weekday() < WORKING_WEEK


def working_days_after(day: datetime.date, count: int) -> datetime.date:
    """The working day that is so many working days after a day; the day itself for none."""
    while count > 0:
        day += A_DAY
        count -= is_working_day(day)
    return day


def handed_over_on(ordered_on: datetime.date) -> datetime.date:
    """The day a parcel leaves: the next working day after the order."""
    return working_days_after(ordered_on, 1)


def first_working_day_from(day: datetime.date) -> datetime.date:
    """The day itself, or the Monday after a weekend."""
    return working_days_after(day - A_DAY, 1)
