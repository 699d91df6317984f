"""Amounts are said to Stripe exactly, or not at all."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from pytest_django import Settings

from shop.payments.checks import check_currency_is_usual, check_stripe
from shop.payments.money import (
    LEAST,
    THREE_DECIMAL,
    WHOLE_UNITS,
    ZERO_DECIMAL,
    AmountRefused,
    TooLittle,
    check_least,
    from_minor,
    least,
    to_minor,
)

TWO_PLACES = ("USD", "EUR", "AUD", "HUF", "TWD")


def amounts(count: int) -> list[Decimal]:
    """Amounts of up to twelve digits with up to four decimal places, the same in every run."""
    chance = random.Random(20261123)  # noqa: S311
    return [
        Decimal(chance.randrange(10 ** chance.randint(1, 12))).scaleb(-chance.randint(0, 4))
        for _ in range(count)
    ]


@pytest.mark.parametrize("currency", [*TWO_PLACES, *sorted(ZERO_DECIMAL)])
def test_every_amount_comes_back_the_same_or_is_refused(currency: str) -> None:
    smallest = Decimal(1) if currency in ZERO_DECIMAL else Decimal("0.01")
    for amount in amounts(500):
        if amount % smallest:
            with pytest.raises(AmountRefused):
                to_minor(amount, currency)
        else:
            assert from_minor(to_minor(amount, currency), currency) == amount
            assert to_minor(amount, currency) * smallest == amount


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("40.90", "USD", 4090),
        ("0.01", "usd", 1),
        ("40.9000", "USD", 4090),
        ("500", "JPY", 500),
        ("500.00", "jpy", 500),
    ],
)
def test_amounts_as_stripe_counts_them(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", "USD"), ("1.005", "EUR"), ("500.50", "JPY"), ("NaN", "USD"), ("Infinity", "USD")],
)
def test_an_amount_that_is_not_exact_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(AmountRefused):
        to_minor(Decimal(amount), currency)


@pytest.mark.parametrize("currency", sorted(THREE_DECIMAL))
def test_of_three_decimals_the_last_is_always_0(currency: str) -> None:
    assert to_minor(Decimal("5.10"), currency) == 5100
    assert from_minor(5100, currency) == Decimal("5.10")
    with pytest.raises(AmountRefused):
        to_minor(Decimal("5.105"), currency)


@pytest.mark.parametrize("currency", sorted(WHOLE_UNITS))
def test_whole_units_are_written_with_two_decimals(currency: str) -> None:
    assert to_minor(Decimal(500), currency) == 50000
    assert from_minor(50000, currency) == 500
    with pytest.raises(AmountRefused):
        to_minor(Decimal("500.50"), currency)


@pytest.mark.parametrize("currency", ["", "usd", "DOLLAR", "QQQ"])
def test_a_shop_does_not_start_with_what_is_no_currency(currency: str, settings: Settings) -> None:
    settings.OSCAR_DEFAULT_CURRENCY = currency

    assert "payments.E005" in [error.id for error in check_stripe()]


@pytest.mark.parametrize("currency", ["USD", "GBP", "JPY", "KWD", "ISK", "AUD", "CHF"])
def test_a_shop_starts_with_any_currency(currency: str, settings: Settings) -> None:
    settings.OSCAR_DEFAULT_CURRENCY = currency

    assert check_stripe() == []


@pytest.mark.parametrize(
    ("currency", "amount"), [("USD", "0.50"), ("GBP", "0.30"), ("JPY", "50"), ("HUF", "175")]
)
def test_less_than_stripe_charges_is_not_asked_of_it(currency: str, amount: str) -> None:
    assert least(currency) == Decimal(amount)
    check_least(LEAST[currency], currency)
    with pytest.raises(TooLittle) as refused:
        check_least(LEAST[currency] - 1, currency)
    assert (refused.value.least, refused.value.currency) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    ("jurisdiction", "usual"),
    [("AU", "AUD"), ("GB", "GBP"), ("DE", "EUR"), ("AT", "EUR"), ("US", "USD")],
)
def test_a_real_pharmacy_is_asked_about_another_currency_than_its_countrys(
    jurisdiction: str, usual: str, settings: Settings
) -> None:
    settings.IS_DEMO = False
    settings.JURISDICTION = jurisdiction
    settings.OSCAR_DEFAULT_CURRENCY = "JPY"

    [asked] = check_currency_is_usual()
    settings.OSCAR_DEFAULT_CURRENCY = usual

    assert (asked.id, usual in asked.msg) == ("payments.W001", True)
    assert check_currency_is_usual() == []


def test_a_demonstration_and_rules_that_cannot_be_read_ask_nothing(settings: Settings) -> None:
    settings.OSCAR_DEFAULT_CURRENCY = "JPY"
    assert check_currency_is_usual() == []
    settings.IS_DEMO = False
    settings.JURISDICTION = "nowhere"

    assert check_currency_is_usual() == []
