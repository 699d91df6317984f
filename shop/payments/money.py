"""Amounts in the smallest unit of their currency, as Stripe counts them."""

from decimal import Decimal

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
# Three places of which the last is always 0, or whole units written with two places:
# https://docs.stripe.com/currencies#three-decimal and #special-cases.
UNSUPPORTED = frozenset(["BHD", "JOD", "KWD", "OMR", "TND", "ISK", "UGX"])


class AmountRefused(ValueError):
    """The amount cannot be said to Stripe exactly."""


def is_supported(currency: str) -> bool:
    """Whether the shop can charge in this currency."""
    return currency.upper() not in UNSUPPORTED


def places(currency: str) -> int:
    """Decimal places of the currency at Stripe: 0 or 2; raises AmountRefused for others."""
    if not is_supported(currency):
        raise AmountRefused(f"the shop cannot charge in {currency}")
    return 0 if currency.upper() in ZERO_DECIMAL else 2


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in minor units; raises AmountRefused when it is not a whole number of them."""
    minor = amount.scaleb(places(currency))
    if not amount.is_finite() or minor != minor.to_integral_value():
        raise AmountRefused(f"{amount} {currency} is not exact in minor units")
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount that so many minor units are."""
    return Decimal(minor).scaleb(-places(currency))
