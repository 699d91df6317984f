"""A shop without rules it can read does not start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Question

from shop import days
from shop.datafiles import FilesInvalid
from shop.jurisdictions import loading


@register()
def check_profile(**_: Any) -> list[CheckMessage]:
    """The profile that is set can be read."""
    try:
        loading.current()
    except FilesInvalid as invalid:
        hint = "Use one of: " + ", ".join(loading.profile_names()) + "."
        return [Error(f"JURISDICTION: {invalid}", hint=hint, id="jurisdictions.E001")]
    return []


@register(Tags.security, deploy=True)
def check_profile_is_chosen(**_: Any) -> list[CheckMessage]:
    """A real pharmacy works by the rules of a real country."""
    if settings.IS_DEMO or settings.JURISDICTION != "demo":
        return []
    hint = "Set JURISDICTION to the profile of the pharmacy's country."
    return [
        Error("A real pharmacy needs its own jurisdiction.", hint=hint, id="jurisdictions.E002")
    ]


@register(Tags.security, deploy=True)
def check_time_zone(**_: Any) -> list[CheckMessage]:
    """The pharmacy's day is that of the country by whose rules it works."""
    try:
        countries = loading.current().countries
    except FilesInvalid:  # check_profile says it
        return []
    zones = sorted(zone for country in countries for zone in days.zones_of(country))
    if settings.IS_DEMO or settings.TIME_ZONE in zones:
        return []
    text = f"TIME_ZONE is {settings.TIME_ZONE}, which is no zone of the pharmacy's country."
    hint = f"Set it to where the pharmacy is: {', '.join(zones)}."
    return [Question(text, hint=hint, id="jurisdictions.W001")]
