"""Amounts in the smallest unit of their currency, as Stripe counts them."""

from decimal import Decimal

from babel.numbers import list_currencies

# What Stripe counts in whole units, https://docs.stripe.com/currencies#zero-decimal; without UGX,
# which the same page also lists among the special cases.
ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
# Three places of which the last is always 0, and whole units written with two places:
# https://docs.stripe.com/currencies#three-decimal and #special-cases.
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
WHOLE_UNITS = frozenset(["ISK", "UGX"])
# The least that Stripe charges, in minor units; for others it goes by the rate to the currency that
# is paid out: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
LEAST = {
    "AED": 200,
    "AUD": 50,
    "BGN": 100,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}


class AmountRefused(ValueError):
    """The amount cannot be said to Stripe exactly."""


class TooLittle(Exception):
    """Less than Stripe charges; ``least`` is what it does, in the currency."""

    def __init__(self, least: Decimal, currency: str) -> None:
        self.least = least
        self.currency = currency
        super().__init__(f"at least {least} {currency} must be paid")


def is_currency(code: str) -> bool:
    """Whether this is the code of a currency."""
    return code in list_currencies()


def places(currency: str) -> int:
    """Decimal places of the currency at Stripe."""
    if currency.upper() in ZERO_DECIMAL:
        return 0
    return 3 if currency.upper() in THREE_DECIMAL else 2


def _step(currency: str) -> int:
    """What an amount in minor units must be a multiple of."""
    if currency.upper() in THREE_DECIMAL:
        return 10
    return 100 if currency.upper() in WHOLE_UNITS else 1


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in minor units; raises AmountRefused when Stripe does not count it in whole ones."""
    minor = amount.scaleb(places(currency))
    if not amount.is_finite() or minor % _step(currency):
        raise AmountRefused(f"{amount} {currency} is not exact in minor units")
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount that so many minor units are."""
    return Decimal(minor).scaleb(-places(currency))


def least(currency: str) -> Decimal:
    """The least that can be paid by card, as far as Stripe names one."""
    return from_minor(LEAST.get(currency.upper(), 1), currency)


def check_least(minor: int, currency: str) -> None:
    """Raises TooLittle for less than Stripe charges."""
    if from_minor(minor, currency) < least(currency):
        raise TooLittle(least(currency), currency)
