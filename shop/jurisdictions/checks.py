"""A shop without rules it can read does not start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

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
