"""Amounts in the smallest unit of their currency, as Stripe counts them."""

from decimal import Decimal

# Currencies that Stripe counts in whole units: https://docs.stripe.com/currencies#zero-decimal
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
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in minor units; raises ValueError when it is not a whole number of them."""
    minor = amount if currency.upper() in ZERO_DECIMAL else amount * 100
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} {currency} is not exact in minor units")
    return int(minor)
