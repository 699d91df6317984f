"""A shop that says only half of who it is does not start."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from catalogue.content.sections import Country

IN_ONE_PROCESS = ("locmem", "dummy")
# Where a register entry may lead: regulators and the lists they run.
REGISTERS = (
    "pharmacyregulation.org",
    "nabp.pharmacy",
    "ahpra.gov.au",
    "ages.at",
    "bfarm.de",
    "swissmedic.ch",
)


@register(Tags.security)
def check_identity(**_: Any) -> list[CheckMessage]:
    """All of the pharmacy's identity, or none of it."""
    missing = [name.upper() for name, value in settings.PHARMACY.items() if not value]
    if missing and len(missing) < len(settings.PHARMACY):
        hint = "Set " + ", ".join(f"PHARMACY_{name}" for name in missing) + "."
        return [Error("The pharmacy's identity is not complete.", hint=hint, id="pages.E001")]
    return []


@register(Tags.security)
def check_register(**_: Any) -> list[CheckMessage]:
    """The link that proves the registration leads to a regulator (WHO-2)."""
    address = settings.PHARMACY["register_url"]
    host = urlsplit(address).hostname or ""
    if not address or any(host == name or host.endswith("." + name) for name in REGISTERS):
        return []
    hint = "Use the pharmacy's entry at one of: " + ", ".join(REGISTERS) + "."
    return [
        Error("PHARMACY_REGISTER_URL is not a regulator's address.", hint=hint, id="pages.E002")
    ]


@register()
def check_country(**_: Any) -> list[CheckMessage]:
    """The country whose texts are shown first is one that the texts know."""
    if settings.CONTENT_COUNTRY in Country.values:
        return []
    hint = "Use one of: " + ", ".join(Country.values) + "."
    return [Error("CONTENT_COUNTRY is not a known country.", hint=hint, id="pages.E005")]


@register(Tags.caches)
def check_cache(**_: Any) -> list[CheckMessage]:
    """Limits on sign-in hold only when all processes count together."""
    backend = settings.CACHES["default"]["BACKEND"].lower()
    if any(kind in backend for kind in IN_ONE_PROCESS):
        hint = "Use the database cache, or Redis."
        return [Error("The cache is not shared by all processes.", hint=hint, id="pages.E003")]
    return []


@register(Tags.security, deploy=True)
def check_address(**_: Any) -> list[CheckMessage]:
    """Links in messages lead to the shop over TLS."""
    if settings.IS_DEMO or settings.SITE_URL.startswith("https://"):
        return []
    return [Error("SITE_URL must start with https://.", id="pages.E004")]
