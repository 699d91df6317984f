"""Writes an amount in minor units for people."""

from decimal import Decimal

# Stripe's currencies without a minor unit.
# fmt: off
ZERO_DECIMAL = frozenset({
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga",
    "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf",
})
# fmt: on


def written(amount: int, currency: str) -> str:
    places = 0 if currency in ZERO_DECIMAL else 2
    return f"{currency.upper()} {Decimal(amount).scaleb(-places):,.{places}f}"
