"""When the next supply is due, and which packs hold it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from oscar.apps.order.models import Order

from catalogue.amounts import DoseForm
from catalogue.models import Product
from catalogue.packs import Pack
from shop.accounts.models import User
from shop.continuity.checks import check_repeats
from shop.continuity.reordering import fewest_packs
from shop.continuity.repeats import next_supply_on
from shop.delivery.days import handed_over_on
from shop.delivery.methods import longest_wait, slowest
from shop.jurisdictions import loading
from shop.prescriptions import supply_ledger
from shop.prescriptions.models import Authorisation, Prescription, Supply
from tests.conftest import Repeats, approve, mg
from tests.prescriptions.test_ledger import line_of_an_order

# The fixture below sets another.
DEFAULT_MARGIN = loading.current().repeat_margin_days.value
FIRST = datetime.date(2026, 11, 1)


def supply(authorisation: Authorisation, *, units: int, after: int) -> None:
    """Tablets supplied so many days after the first of the month."""
    line = line_of_an_order(Order.objects.count() + 1)
    taken = supply_ledger.take(authorisation, units=units, order_line=line)
    at = datetime.datetime.combine(
        FIRST + datetime.timedelta(days=after), datetime.time(12), tzinfo=datetime.UTC
    )
    Supply.objects.filter(pk=taken.pk).update(taken_at=at)
    authorisation.refresh_from_db(fields=("units_supplied",))


@pytest.fixture
def authorisation(
    prescription: Prescription, medicine: Product, pharmacist: User, repeats: Repeats
) -> Authorisation:
    """60 tablets of 10 mg, six times, three a day: each lasts 20 days."""
    repeats(percent=75, margin=2)
    approve(prescription, medicine, by=pharmacist, supplies=6, units_a_day=Fraction(3))
    return prescription.authorisations.get()


@pytest.mark.parametrize(
    ("supplies", "margin", "days"),
    [
        ([(60, 0)], 2, 15),
        ([(60, 0)], 5, 15),
        ([(60, 0)], 6, 14),
        ([(60, 0)], 30, 0),
        ([(60, 0), (60, 15)], 2, 35),
        ([(60, 0), (60, 40)], 2, 55),
        ([(30, 0), (30, 0)], 2, 18),
        ([(10, 0)], 0, 3),
    ],
    ids=[
        "three quarters used",
        "as many days left as the margin",
        "sooner by the margin",
        "not before it was taken",
        "what was left is taken first",
        "a gap is not made up",
        "two packs at once",
        "rounded to days before it runs out",
    ],
)
def test_the_next_supply_is_due_in_good_time(
    supplies: list[tuple[int, int]],
    margin: int,
    days: int,
    authorisation: Authorisation,
    repeats: Repeats,
) -> None:
    repeats(margin=margin)
    for units, after in supplies:
        supply(authorisation, units=units, after=after)

    assert next_supply_on(authorisation) == FIRST + datetime.timedelta(days=days)


@pytest.mark.parametrize(
    ("returned", "days"),
    [({1}, 15), ({0}, 30), ({0, 1}, None)],
    ids=["the second", "the first", "both"],
)
def test_tablets_that_were_given_back_keep_nobody_waiting(
    returned: set[int], days: int | None, authorisation: Authorisation, pharmacist: User
) -> None:
    supply(authorisation, units=60, after=0)
    supply(authorisation, units=60, after=15)
    for number, row in enumerate(Supply.objects.order_by("pk")):
        if number in returned:
            supply_ledger.give_back(row, by=pharmacist, note="cancelled")

    due = None if days is None else FIRST + datetime.timedelta(days=days)
    assert next_supply_on(authorisation) == due


def test_without_a_daily_number_no_day_is_named(authorisation: Authorisation) -> None:
    supply(authorisation, units=60, after=0)
    authorisation.units_a_day = None

    assert next_supply_on(authorisation) is None


def test_before_the_first_supply_no_day_is_named(authorisation: Authorisation) -> None:
    assert next_supply_on(authorisation) is None


@pytest.mark.parametrize("percent", [75, 100])
@pytest.mark.parametrize("units", [1, 29, 60])
@pytest.mark.parametrize("a_day", ["0.5", "3", "7"])
def test_it_is_never_so_strict_that_the_patient_runs_out(
    percent: int, units: int, a_day: str, authorisation: Authorisation, repeats: Repeats
) -> None:
    repeats(percent=percent, margin=7)
    authorisation.units_a_day = Fraction(a_day)
    supply(authorisation, units=units, after=0)

    next_on = next_supply_on(authorisation)

    whole_days = int(units / Decimal(a_day))
    assert next_on is not None
    assert FIRST <= next_on <= FIRST + datetime.timedelta(days=max(0, whole_days - 7))


@pytest.mark.parametrize("weekday", range(7))
def test_whoever_orders_on_the_first_day_by_the_slowest_delivery_has_tablets_when_it_comes(
    weekday: int, authorisation: Authorisation, repeats: Repeats
) -> None:
    repeats(percent=100, margin=DEFAULT_MARGIN)
    supply(authorisation, units=60, after=weekday)

    ordered_on = next_supply_on(authorisation)

    assert ordered_on is not None
    last_day = FIRST + datetime.timedelta(days=weekday + 19)
    assert slowest().latest_after(handed_over_on(ordered_on)) <= last_day


def test_a_margin_shorter_than_the_slowest_delivery_is_warned_of(repeats: Repeats) -> None:
    repeats(margin=longest_wait() + 1)
    assert check_repeats() == []

    repeats(margin=longest_wait())
    assert [warning.id for warning in check_repeats()] == ["continuity.W001"]


def pack(units: int, *, stock: int = 99) -> Pack:
    return Pack(
        product_id=units,
        parent_id=1,
        sku=f"P{units}",
        form=DoseForm.TABLET,
        strength=mg(10),
        units=units,
        price=Decimal(units),
        currency="USD",
        in_stock=stock,
        countries=frozenset(),
    )


@pytest.mark.parametrize(
    ("packs", "limit", "chosen"),
    [
        ([pack(30), pack(60), pack(90)], 90, {90: 1}),
        ([pack(30), pack(90)], 120, {30: 1, 90: 1}),
        ([pack(30), pack(60), pack(90)], 100, {90: 1}),
        ([pack(30), pack(60)], 29, {}),
        ([pack(30), pack(60, stock=0)], 60, {30: 2}),
        ([pack(30, stock=1), pack(60, stock=0)], 60, {30: 1}),
        ([pack(40), pack(60)], 80, {40: 2}),
        ([pack(28), pack(30)], 0, {}),
        ([], 60, {}),
        ([pack(30)], 30_000, {30: 20}),
    ],
)
def test_as_many_tablets_as_fit_in_as_few_packs_as_can_be(
    packs: list[Pack], limit: int, chosen: dict[int, int]
) -> None:
    parts = fewest_packs(packs, limit)

    assert {part.pack.units: part.count for part in parts} == chosen
    assert sum(part.units for part in parts) <= limit
