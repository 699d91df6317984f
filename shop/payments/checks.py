"""A shop with the wrong payment settings does not start."""

from __future__ import annotations

from typing import Any

from babel.numbers import get_territory_currencies
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Question

from shop.datafiles import FilesInvalid
from shop.jurisdictions import loading
from shop.payments import keys
from shop.payments.money import is_currency

STRIPE = "https://api.stripe.com"


@register(Tags.security)
def check_stripe(**_: Any) -> list[CheckMessage]:
    """Live keys only with Stripe itself, only in a real pharmacy; webhooks always signed."""
    is_live = keys.is_live()
    problems = {
        "payments.E001": (
            is_live and settings.STRIPE_API_BASE != STRIPE,
            "A live Stripe key may only be used with Stripe itself.",
            f"Unset STRIPE_API_BASE, or set it to {STRIPE}.",
        ),
        "payments.E002": (
            is_live and settings.IS_DEMO,
            "A demonstration must not take real money.",
            "Set every PHARMACY_… variable, or use a test key.",
        ),
        "payments.E003": (
            not settings.STRIPE_WEBHOOK_SECRETS or not all(settings.STRIPE_WEBHOOK_SECRETS),
            "Webhooks cannot be checked without a secret.",
            "Set STRIPE_WEBHOOK_SECRETS to the signing secret of the endpoint.",
        ),
        "payments.E006": (
            not keys.mode_of(settings.STRIPE_SECRET_KEY),
            "STRIPE_SECRET_KEY is not a secret key of a Stripe account.",
            "It begins with rk_live_ or sk_live_, or in tests with rk_test_ or sk_test_.",
        ),
        "payments.E005": (
            not is_currency(settings.OSCAR_DEFAULT_CURRENCY),
            "CURRENCY is not the code of a currency.",
            "Set it to three capital letters, as AUD, EUR or GBP.",
        ),
    }
    return [
        Error(text, hint=hint, id=id_) for id_, (wrong, text, hint) in problems.items() if wrong
    ]


@register(Tags.security, deploy=True)
def check_stripe_for_real(**_: Any) -> list[CheckMessage]:
    """A real pharmacy takes real money."""
    if settings.IS_DEMO or keys.is_live():
        return []
    hint = "Set STRIPE_SECRET_KEY to the live key of the pharmacy."
    return [Error("A real pharmacy needs a live Stripe key.", hint=hint, id="payments.E004")]


@register(Tags.security, deploy=True)
def check_currency_is_usual(**_: Any) -> list[CheckMessage]:
    """Prices in another currency than that of the rules' countries are asked about."""
    currency = settings.OSCAR_DEFAULT_CURRENCY
    usual = _usual_currencies()
    if settings.IS_DEMO or not usual or currency in usual:
        return []
    return [
        Question(
            f"CURRENCY is {currency}; where the rules of {settings.JURISDICTION} hold, "
            f"prices are usually in {' or '.join(usual)}.",
            hint="Set CURRENCY, or silence payments.W001 when this is meant.",
            id="payments.W001",
        )
    ]


def _usual_currencies() -> list[str]:
    """What is paid with in the countries of the profile; a profile that cannot be read names none."""
    try:
        countries = loading.current().countries
    except FilesInvalid:
        return []
    return sorted({code for country in countries for code in get_territory_currencies(country)})
