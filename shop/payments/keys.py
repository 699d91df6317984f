"""Stripe's secret keys: whether one moves real money, and never the key itself."""

import re

from django.conf import settings

# A secret key (sk), or one restricted to what its owner allows (rk), which Stripe recommends:
# https://docs.stripe.com/keys#limit-access
SECRET_KEY = re.compile(r"(?P<kind>sk|rk)_(?P<mode>live|test)_\w+")


def mode_of(key: str) -> str:
    """``live`` for a key that moves real money, ``test`` for another, empty for what is no such key."""
    found = SECRET_KEY.fullmatch(key)
    return found["mode"] if found else ""


def is_restricted(key: str) -> bool:
    """Whether the key may do only what its owner allowed."""
    found = SECRET_KEY.fullmatch(key)
    return found is not None and found["kind"] == "rk"


def is_live() -> bool:
    """Whether the shop moves real money."""
    return mode_of(settings.STRIPE_SECRET_KEY) == "live"
