"""Tablets that end before more are expected, on a clock that stands still."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest
import time_machine
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.continuity.supply_gap import Gap, gap_of, way_of
from shop.prescriptions import services, supply_ledger
from shop.prescriptions.models import Prescription, Supply
from tests.conftest import approve
from tests.continuity.test_run_out import SENT, after, at, sent_with
from tests.prescriptions.test_ledger import line_of_an_order


def noon(days: int) -> datetime.datetime:
    """Noon, so many days after the Monday on which it was sent."""
    return at(after(days))


def gap_on(prescription: Prescription, days: int) -> Gap | None:
    with time_machine.travel(noon(days), tick=False):
        return gap_of(prescription)


@pytest.mark.parametrize(
    ("today", "days_left", "expected", "words"),
    [
        # Monday: reviewed on Tuesday, left on Wednesday, expected by Friday.
        (0, 5, None, ""),
        (0, 4, 4, ""),
        (0, 1, 4, ""),
        (0, 0, 4, "none left"),
        # Wednesday: reviewed on Thursday, left on Friday, expected by Tuesday, over the weekend.
        (2, 9, None, ""),
        (2, 8, 8, ""),
        # Friday: Monday, Tuesday, Thursday; Saturday and Sunday are the same.
        (4, 11, None, ""),
        (4, 10, 10, ""),
        (5, 10, 10, ""),
        (6, 11, None, ""),
        # A week later, still undecided.
        (7, 7, 11, "none left"),
        (7, 8, 11, ""),
        (7, 12, None, ""),
    ],
)
def test_under_review(
    today: int,
    days_left: int,
    expected: int | None,
    words: str,
    prescription: Prescription,
) -> None:
    gap = gap_on(sent_with(prescription, days_left), today)

    assert (gap.expected_by if gap else None) == (None if expected is None else after(expected))
    assert ("none left" if gap and gap.has_run_out else "") == words


def test_days_that_nobody_said_warn_of_nothing(prescription: Prescription) -> None:
    assert gap_on(sent_with(prescription, None), 0) is None


@pytest.mark.parametrize(("review", "expected"), [(0, 3), (4, 4), (8, 4), (9, 7), (24, 8)])
def test_the_usual_review_is_a_setting(
    review: int, expected: int, prescription: Prescription, settings: Any
) -> None:
    settings.REVIEW_WORKING_HOURS = review

    gap = gap_on(sent_with(prescription, 0), 0)

    assert gap is not None
    assert gap.expected_by == after(expected)


@pytest.mark.parametrize(("days_left", "expected"), [(4, None), (3, 3), (0, 3)])
def test_once_it_is_approved_no_review_is_counted(
    days_left: int, expected: int | None, approved: Prescription
) -> None:
    gap = gap_on(sent_with(approved, days_left), 0)

    assert (gap.expected_by if gap else None) == (None if expected is None else after(expected))


@pytest.mark.parametrize("end", ["refuse", "cancel"])
def test_what_will_not_come_is_not_expected(
    end: str, prescription: Prescription, pharmacist: User
) -> None:
    if end == "refuse":
        services.claim(prescription, by=pharmacist)
        services.refuse(prescription, by=pharmacist, reason="R02", message="Not signed")  # type: ignore[arg-type]
    else:
        services.cancel(prescription, by=prescription.user)

    assert gap_on(sent_with(prescription, 0), 0) is None


@pytest.fixture
def ordered(prescription: Prescription, medicine: Product, pharmacist: User) -> Order:
    """60 tablets, three a day, ordered on the Monday; five days of tablets were left then."""
    approve(prescription, medicine, by=pharmacist, supplies=6, units_a_day=Fraction(3))
    sent_with(prescription, 5)
    order = line_of_an_order(1).order
    order.date_placed, order.status, order.shipping_code = noon(0), "Paid", "standard"
    order.save()
    supply_ledger.take(prescription.authorisations.get(), units=60, order_line=order.lines.get())
    Supply.objects.update(taken_at=noon(0) + datetime.timedelta(hours=1))
    return order


def expected_on(order: Order, days: int) -> tuple[int | None, bool]:
    """The day it is expected by, counted from Monday, and whether the tablets end before."""
    with time_machine.travel(noon(days), tick=False):
        way = way_of(order)
    return (way.expected_by - SENT).days if way.expected_by else None, way.gap is not None


@pytest.mark.parametrize(
    ("code", "today", "expected", "words"),
    [
        # Left on Tuesday; the last day with tablets is Friday.
        ("express", 0, 3, ""),
        ("standard", 0, 8, "too late"),
        # Not left on Wednesday yet: not before that day.
        ("express", 2, 4, ""),
        ("express", 3, 7, "too late"),
        # On Saturday it can leave on Monday.
        ("express", 5, 9, "too late"),
        ("no longer offered", 0, 8, "too late"),
    ],
)
def test_an_order_that_has_not_left(
    code: str, today: int, expected: int, words: str, ordered: Order
) -> None:
    ordered.shipping_code = code

    assert expected_on(ordered, today) == (expected, words == "too late")


@pytest.mark.parametrize(
    ("today", "words"),
    [(1, ""), (4, "overdue"), (5, "overdue, none left")],
    ids=["on its way", "overdue while tablets last", "overdue and none left"],
)
def test_an_order_that_has_left(today: int, words: str, ordered: Order) -> None:
    ordered.shipping_code = "express"
    with time_machine.travel(noon(1), tick=False):
        for status in ("Dispensing", "Dispatched"):
            ordered.set_status(status)

    with time_machine.travel(noon(today), tick=False):
        way = way_of(ordered)
        said = [
            word for word, holds in (("overdue", way.is_overdue), ("none left", way.gap)) if holds
        ]

    assert way.expected_by == after(3)
    assert ", ".join(said) == words


@pytest.mark.parametrize("status", ["Complete", "Cancelled"])
def test_an_order_that_is_there_or_cancelled_is_not_expected(status: str, ordered: Order) -> None:
    Order.objects.update(status=status)
    ordered.refresh_from_db()

    assert expected_on(ordered, 20) == (None, False)


def test_an_order_without_a_prescription_is_expected_and_nobody_runs_out(ordered: Order) -> None:
    Supply.objects.all().delete()

    assert expected_on(ordered, 0) == (8, False)


def test_the_page_of_the_prescription_waits_for_the_order_under_way(ordered: Order) -> None:
    prescription = Prescription.objects.get()

    gap = gap_on(prescription, 0)

    assert gap is not None
    assert (gap.run_out.last_day, gap.expected_by) == (after(4), after(8))
    Order.objects.update(status="Complete")
    assert gap_on(prescription, 9) is None


def test_what_is_under_review_again_waits_for_the_review(ordered: Order, customer: User) -> None:
    prescription = Prescription.objects.get()
    ordered.shipping_code = "express"
    services.reopen(prescription, by=customer, reason="answers changed")

    gap = gap_on(prescription, 1)

    assert expected_on(ordered, 1) == (7, True)
    assert gap is not None
    assert gap.run_out.last_day == after(4)


def test_an_order_on_a_withdrawn_approval_is_not_expected(ordered: Order, pharmacist: User) -> None:
    services.withdraw(Prescription.objects.get(), by=pharmacist, message="Call us")

    assert expected_on(ordered, 0) == (None, False)
