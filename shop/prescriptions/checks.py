"""Checks that no file is taken in with half a malware scanner."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from shop.prescriptions.files.scanner import FLAG, REFUSE, address_of


@register(Tags.security)
def check_scanner(**_: Any) -> list[CheckMessage]:
    """`CLAMD_ADDRESS` and `SCANNER_DOWN` are set together, and can be understood."""
    if not settings.CLAMD_ADDRESS:
        return _without_address()
    return [*_wrong_address(), *_wrong_answer()]


def _without_address() -> list[CheckMessage]:
    if not settings.SCANNER_DOWN:
        return []
    return [
        Error(
            "SCANNER_DOWN is set but CLAMD_ADDRESS is not: no file would be scanned.",
            hint="Set CLAMD_ADDRESS, or take SCANNER_DOWN away.",
            id="prescriptions.E001",
        )
    ]


def _wrong_address() -> list[CheckMessage]:
    try:
        address_of(settings.CLAMD_ADDRESS)
    except ValueError as error:
        return [Error(f"CLAMD_ADDRESS: {error}.", id="prescriptions.E002")]
    return []


def _wrong_answer() -> list[CheckMessage]:
    if settings.SCANNER_DOWN in {REFUSE, FLAG}:
        return []
    return [
        Error(
            "SCANNER_DOWN does not say what becomes of a file while the scanner does not answer.",
            hint="Set it to refuse, or to flag, which takes the file and tells the pharmacist.",
            id="prescriptions.E003",
        )
    ]
