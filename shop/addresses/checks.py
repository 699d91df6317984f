"""Checks that the licensed countries are countries, and that an address there can be checked."""

from __future__ import annotations

from typing import Any

from babel import Locale
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

from shop.addresses.rules import rules_of


@register
def check_licensed_countries(**_: Any) -> list[CheckMessage]:
    """LICENSED_COUNTRIES names at least one country, and no other."""
    if not settings.LICENSED_COUNTRIES:
        hint = "Name the countries the pharmacy may send medicines to, such as AU,US."
        return [checks.Error("LICENSED_COUNTRIES is empty.", hint=hint, id="addresses.E001")]
    hint = "Use ISO 3166-1 alpha-2 codes in capitals, such as GB for the United Kingdom."
    return [
        checks.Error(f"LICENSED_COUNTRIES: “{code}” is no country.", hint=hint, id="addresses.E002")
        for code in settings.LICENSED_COUNTRIES
        if not _is_country(code)
    ]


def _is_country(code: str) -> bool:
    try:
        rules_of(code)
    except (ValueError, KeyError):
        return False
    return code in Locale("en").territories
