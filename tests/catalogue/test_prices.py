"""Prices: what they are held to, from when they count, and that two editors never lose a change unseen."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from oscar.apps.partner.models import StockRecord
from oscar.apps.partner.strategy import Selector as OscarsSelector
from oscar.core.loading import get_class
from pytest_django import DjangoAssertNumQueries

from catalogue.amounts import DoseForm
from catalogue.models import Product
from catalogue.packs import packs_of
from catalogue.prices import changing, history, retiring, rules
from catalogue.prices.changing import Marks, NotInTime, NotSaved, Why
from catalogue.prices.grid import cells_of, grid_of
from catalogue.prices.models import PlannedPrice, Reason
from catalogue.prices.proposing import Seen, Wanted
from catalogue.prices.reading import price_of
from catalogue.prices.rules import Offer
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.audit.verification import Verification
from tests.conftest import basket_with, pack_of

D = Decimal
pytestmark = pytest.mark.django_db


def offer(price: str, *, units: int = 60, before: str = "36.00", **more: Any) -> Offer:
    return Offer(DoseForm.TABLET, units, D(price), "USD", D(before), **more)


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (offer("36.00"), []),
        (offer("0"), ["above-zero"]),
        (offer("-1"), ["above-zero", "far"]),
        (offer("36.005"), ["whole-coins"]),
        (offer("46.80"), []),
        (offer("46.81"), ["far"]),
        (offer("25.20"), []),
        (offer("25.19"), ["far"]),
        (offer("36.00", others={30: D("17.99")}), ["dearer"]),
        (offer("36.00", others={30: D("18.00")}), []),
        (offer("36.00", others={120: D("72.01")}), ["dearer"]),
        (offer("36.00", others={120: D("72.00")}), []),
    ],
)
def test_what_a_price_is_held_to(found: Offer, broken: list[str]) -> None:
    assert [each.rule for each in rules.findings(found)] == broken[:1]


@given(st.sampled_from(["USD", "JPY", "KWD", "EUR"]), st.integers(min_value=1, max_value=10**6))
def test_a_price_is_whole_coins_of_its_currency(currency: str, hundredths: int) -> None:
    price = D(hundredths) / 100
    refused = rules.refusing(rules.findings(Offer(DoseForm.TABLET, 60, price, currency)))

    assert bool(refused) is (currency == "JPY" and hundredths % 100 != 0)


def wanted(pack: Product, price: str, **more: Any) -> Wanted:
    record = pack.stockrecords.get()
    pricing = getattr(record, "pricing", None)
    seen = Seen(pricing.version if pricing else 0, price_of(record))
    return Wanted(record.pk, D(price), seen, **more)


@pytest.fixture
def why(staff: User) -> Why:
    return Why(actor_of(staff), Reason.COST_UP, "list of November")


def entries() -> list[Entry]:
    return list(Entry.objects.filter(action="stock.change").order_by("sequence"))


def test_many_prices_are_saved_together_each_with_who_from_to_and_why(
    medicine: Product, staff: User, why: Why
) -> None:
    packs = [pack_of(medicine, 10, 30), pack_of(medicine, 10, 60)]

    changing.save(medicine, [wanted(packs[0], "18.60"), wanted(packs[1], "37.20")], why=why)

    assert [price_of(pack.stockrecords.get()) for pack in packs] == [D("18.60"), D("37.20")]
    said = sorted((each.actor_id, each.details["changed"]["price"]) for each in entries())
    assert said == [(staff.pk, ["18.00", "18.60"]), (staff.pk, ["36.00", "37.20"])]
    assert {each.details["reason"] for each in entries()} == {"cost-up"}
    assert list(Verification({}).findings()) == []


@pytest.mark.parametrize(
    "bad",
    [{"price": "0"}, {"price": "90.00"}, {"price": "37.205"}, {"price": "37.20", "old": True}],
)
def test_one_that_cannot_be_saved_keeps_all_from_being_saved(
    bad: dict[str, Any], medicine: Product, why: Why
) -> None:
    fine, other = pack_of(medicine, 10, 30), pack_of(medicine, 10, 60)
    want = wanted(other, bad["price"])
    if "old" in bad:
        changing.save(medicine, [wanted(other, "36.60")], why=why)

    with pytest.raises(NotSaved):
        changing.save(medicine, [wanted(fine, "18.60"), want], why=why)

    assert price_of(fine.stockrecords.get()) == D("18.00")
    assert len(entries()) == (1 if "old" in bad else 0)


def test_a_pack_that_is_retired_meanwhile_keeps_all_from_being_saved(
    medicine: Product, why: Why
) -> None:
    fine, other = pack_of(medicine, 10, 30), pack_of(medicine, 10, 60)
    want = [wanted(fine, "18.60"), wanted(other, "37.20")]
    retiring.switch(other, is_public=False, actor=why.actor)

    with pytest.raises(NotSaved):
        changing.save(medicine, want, why=why)
    assert entries() == []


def test_what_is_asked_about_is_saved_once_it_is_meant(medicine: Product, why: Why) -> None:
    pack = pack_of(medicine, 10, 60)

    changing.save(medicine, [wanted(pack, "72.00", is_meant=True)], why=why)

    assert price_of(pack.stockrecords.get()) == D("72.00")


def test_the_price_of_a_hundred_changes_and_back_is_not_the_one_that_was_seen(
    medicine: Product, why: Why
) -> None:
    """Changed to something else and back again is changed all the same."""
    pack = pack_of(medicine, 10, 60)
    old = wanted(pack, "38.00")
    changing.save(medicine, [wanted(pack, "36.60")], why=why)
    changing.save(medicine, [wanted(pack, "36.00")], why=why)

    with pytest.raises(NotSaved) as refused:
        changing.save(medicine, [old], why=why)

    assert refused.value.proposals[0].was_changed_meanwhile


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the shop's clock on."""

    def move(**by: int) -> None:
        moment = timezone.now() + datetime.timedelta(**by)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return move


def prices_everywhere(medicine: Product, customer: User) -> set[Decimal]:
    """What pages, grid, cart and an order would ask for the pack of 60 tablets of 10 mg."""
    pack = pack_of(medicine, 10, 60)
    basket = basket_with(customer, pack)
    [line] = basket.all_lines()
    return {
        next(each.price for each in packs_of([medicine.pk]) if each.product_id == pack.pk),
        next(c.price for c in cells_of(medicine) if c.record.product_id == pack.pk),
        price_of(StockRecord.objects.get(product=pack)),
        line.unit_price_incl_tax,
        line.purchase_info.price.incl_tax,
        get_class("partner.strategy", "Selector")()
        .strategy()
        .fetch_for_product(pack)
        .price.incl_tax,
    }


def test_a_planned_price_counts_from_its_moment_on_though_nothing_ran(
    medicine: Product, customer: User, why: Why, clock: Any
) -> None:
    pack = pack_of(medicine, 10, 60)
    starts_at = timezone.now() + datetime.timedelta(hours=2)
    changing.save(medicine, [wanted(pack, "38.40")], why=why, starts_at=starts_at)
    assert prices_everywhere(medicine, customer) == {D("36.00")}

    clock(hours=2, seconds=1)

    assert prices_everywhere(medicine, customer) == {D("38.40")}
    assert StockRecord.objects.get(product=pack).price == D("36.00")
    assert list(Verification({}).findings()) == []


def test_a_price_that_is_set_later_replaces_a_planned_one_that_counts(
    medicine: Product, customer: User, why: Why, clock: Any
) -> None:
    pack = pack_of(medicine, 10, 60)
    hour = datetime.timedelta(hours=1)
    for n, price in ((1, "37.20"), (2, "38.40")):
        starts_at = timezone.now() + n * hour
        changing.save(medicine, [wanted(pack, price)], why=why, starts_at=starts_at)
    clock(hours=3)

    changing.save(medicine, [wanted(pack, "39.00")], why=why)

    assert prices_everywhere(medicine, customer) == {D("39.00")}
    record = StockRecord.objects.get(product=pack)
    steps = [(step.before, step.price) for step in history.steps_of(record)]
    assert steps == [
        (None, D("36.00")),
        (D("36.00"), D("37.20")),
        (D("37.20"), D("38.40")),
        (D("38.40"), D("39.00")),
    ]
    assert list(Verification({}).findings()) == []


def test_a_price_that_changed_by_the_clock_is_seen_by_whoever_had_the_grid_open(
    medicine: Product, why: Why, clock: Any
) -> None:
    pack = pack_of(medicine, 10, 60)
    starts_at = timezone.now() + datetime.timedelta(hours=1)
    changing.save(medicine, [wanted(pack, "38.40")], why=why, starts_at=starts_at)
    old = wanted(pack, "37.20")
    clock(hours=2)

    with pytest.raises(NotSaved):
        changing.save(medicine, [old], why=why)


def test_a_planned_price_is_taken_back_until_it_counts(
    medicine: Product, customer: User, why: Why, clock: Any
) -> None:
    pack = pack_of(medicine, 10, 60)
    for hours in (1, 5):
        starts_at = timezone.now() + datetime.timedelta(hours=hours)
        changing.save(medicine, [wanted(pack, f"{36 + hours}.00")], why=why, starts_at=starts_at)
    first, second = PlannedPrice.objects.order_by("starts_at")
    clock(hours=2)

    changing.take_back(second, actor=why.actor)
    for each in (first, second):
        with pytest.raises(NotInTime):
            changing.take_back(each, actor=why.actor)

    clock(hours=5)
    assert prices_everywhere(medicine, customer) == {D("37.00")}
    assert list(Verification({}).findings()) == []


@pytest.mark.parametrize("hours", [-1, 0])
def test_nothing_is_planned_for_the_past(hours: int, medicine: Product, why: Why) -> None:
    moment = timezone.now() + datetime.timedelta(hours=hours)

    with pytest.raises(NotInTime):
        changing.save(
            medicine, [wanted(pack_of(medicine, 10, 60), "37")], why=why, starts_at=moment
        )


def test_two_prices_are_not_planned_for_one_moment(medicine: Product, why: Why) -> None:
    moment = timezone.now() + datetime.timedelta(hours=1)
    pack = pack_of(medicine, 10, 60)
    changing.save(medicine, [wanted(pack, "37.00")], why=why, starts_at=moment)

    with pytest.raises(NotInTime):
        changing.save(medicine, [wanted(pack, "38.00")], why=why, starts_at=moment)


def test_costs_and_low_marks_are_not_lost_either(medicine: Product, why: Why) -> None:
    pack = pack_of(medicine, 10, 60)
    key = pack.stockrecords.get().pk
    changing.set_marks(medicine, [Marks(key, D("11.10"), 20, 0)], actor=why.actor)

    with pytest.raises(changing.Changed):
        changing.set_marks(medicine, [Marks(key, D("12.00"), 20, 0)], actor=why.actor)
    changing.set_marks(medicine, [Marks(key, D("11.10"), 20, 0)], actor=why.actor)

    [cell] = [cell for cell in cells_of(medicine) if cell.key == key]
    assert (cell.cost, cell.low_mark, cell.margin, cell.margin_percent) == (
        D("11.10"),
        20,
        D("24.90"),
        69,
    )
    assert list(Verification({}).findings()) == []


def test_a_pack_that_is_retired_keeps_its_past_and_comes_back(medicine: Product, why: Why) -> None:
    pack = pack_of(medicine, 10, 60)
    changing.save(medicine, [wanted(pack, "37.20")], why=why)

    retiring.switch(pack, is_public=False, actor=why.actor)

    assert pack.stockrecords.get().pk not in {cell.key for cell in grid_of(medicine).cells}
    assert len(history.steps_of(pack.stockrecords.get())) == 2
    retiring.switch(pack, is_public=True, actor=why.actor)
    assert pack.stockrecords.get().pk in {cell.key for cell in grid_of(medicine).cells}
    assert list(Verification({}).findings()) == []


def test_a_retired_pack_does_not_come_back_beside_the_one_that_corrects_it(
    medicine: Product, why: Why
) -> None:
    pack = pack_of(medicine, 10, 60)
    retiring.switch(pack, is_public=False, actor=why.actor)
    Product.objects.create(
        structure="child",
        parent=medicine,
        strength=pack.strength,
        units=60,
        is_discountable=False,
        title="The right one",
    )

    with pytest.raises(retiring.Taken):
        retiring.switch(pack, is_public=True, actor=why.actor)


def test_more_packs_cost_the_grid_no_more_queries(
    medicine: Product, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        grid_of(medicine)


def test_nobody_else_says_what_a_pack_costs() -> None:
    """Oscar's own would read the record and know nothing of what is planned."""
    assert get_class("partner.strategy", "Selector") is not OscarsSelector
