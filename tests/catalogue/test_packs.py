"""Prices per tablet, and stock."""

import random
from decimal import Decimal

import pytest

from catalogue.amounts import DoseForm
from catalogue.packs import Pack, cheapest, strengths_of

SEED = 20261122


def pack(units=30, price="21.00", *, mg=10, in_stock=5, countries=("AU",)):
    return Pack(
        product_id=units,
        parent_id=1,
        sku=f"BAC{mg}-{units}",
        form=DoseForm.TABLET,
        strength=DoseForm.TABLET.strength(f"{mg} mg"),
        units=units,
        price=Decimal(price),
        currency="USD",
        in_stock=in_stock,
        countries=frozenset(countries),
    )


def random_packs(count=500):
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    for _ in range(count):
        cents = Decimal(chance.randint(1, 50_000))
        yield pack(chance.randint(1, 500), str(cents / 100))


def test_a_price_per_tablet_never_understates_and_is_less_than_a_cent_too_high():
    for sample in random_packs():
        stated = sample.unit_price * sample.units

        assert sample.price <= stated < sample.price + sample.units * Decimal("0.01")
        assert sample.unit_price == sample.unit_price.quantize(Decimal("0.01"))


@pytest.mark.parametrize("units", [30, 60, 90, 120])
def test_whole_cents_per_tablet_add_up_to_the_total_exactly(units):
    for cents in range(1, 200):
        unit_price = Decimal(cents) / 100

        assert pack(units, str(unit_price * units)).unit_price == unit_price


def test_prices_are_written_with_the_currency_and_a_point():
    assert pack(120, "61.20").unit_price_text == "$0.51"
    assert pack(120, "1061.20").price_text == "$1,061.20"


def test_the_lowest_price_leaves_out_what_is_out_of_stock():
    packs = [pack(30, "21.00"), pack(120, "61.20", in_stock=0)]

    assert cheapest(packs).units == 30


def test_there_is_no_lowest_price_when_nothing_is_in_stock():
    assert cheapest([pack(in_stock=0), pack(60, in_stock=-1)]) is None


def test_a_pack_that_is_out_of_stock_is_never_chosen_beforehand():
    (strength,) = strengths_of([pack(30, in_stock=0), pack(60)])

    assert [offered.pack.units for offered in strength.packs if offered.is_chosen] == [60]


def test_only_countries_that_all_packs_of_a_strength_share_are_promised(settings):
    settings.LICENSED_COUNTRIES = ["AU", "US"]

    (strength,) = strengths_of([pack(30, countries=("AU", "US")), pack(60, countries=("AU",))])

    assert (strength.shipped, strength.refused) == ("Australia", "United States")
