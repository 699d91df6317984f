"""Working days, and the words made from the days of each delivery."""

from __future__ import annotations

import datetime

import pytest

from shop.delivery.days import first_working_day_from, handed_over_on, working_days_after
from shop.delivery.methods import ExpressDelivery, StandardDelivery, fastest, slowest

# A Monday; the days of its week and the next are counted from it.
MONDAY = datetime.date(2026, 11, 23)


def day(number: int) -> datetime.date:
    return MONDAY + datetime.timedelta(days=number)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (0, 0, 0),
        (5, 0, 5),
        (0, 1, 1),
        (0, 5, 7),
        (4, 1, 7),
        (5, 1, 7),
        (6, 1, 7),
        (6, 2, 8),
        (3, 10, 17),
        (0, -1, 0),
    ],
    ids=[
        "none from a Monday",
        "none from a Saturday",
        "the next day",
        "a week",
        "Friday to Monday",
        "Saturday to Monday",
        "Sunday to Monday",
        "Sunday to Tuesday",
        "two weeks",
        "never backwards",
    ],
)
def test_working_days(start: int, count: int, end: int) -> None:
    assert working_days_after(day(start), count) == day(end)


@pytest.mark.parametrize(("ordered", "leaves"), [(0, 1), (3, 4), (4, 7), (5, 7), (6, 7)])
def test_a_parcel_leaves_on_the_next_working_day(ordered: int, leaves: int) -> None:
    assert handed_over_on(day(ordered)) == day(leaves)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (4, 4), (5, 7), (6, 7)])
def test_a_weekend_waits_for_monday(start: int, end: int) -> None:
    assert first_working_day_from(day(start)) == day(end)


def test_the_last_day_of_each_delivery_counts() -> None:
    assert ExpressDelivery().latest_after(day(3)) == day(7)
    assert StandardDelivery().latest_after(day(1)) == day(8)
    assert (fastest().code, slowest().code) == ("express", "standard")


def test_the_words_are_made_from_the_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StandardDelivery, "fewest_days", 4)
    monkeypatch.setattr(StandardDelivery, "most_days", 9)

    assert StandardDelivery().description.startswith("4 to 9 working days after")
    assert ExpressDelivery().description.startswith("1 to 2 working days after")
