"""Checks that no file is taken in with half a malware scanner."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from shop.prescriptions.files.scanner import FLAG, REFUSE, address_of


@register(Tags.security)
def check_scanner(**_: Any) -> list[CheckMessage]:
    """`CLAMD_ADDRESS` and `SCANNER_DOWN` are set together, and can be understood."""
    address, answer = settings.CLAMD_ADDRESS, settings.SCANNER_DOWN
    fault = _fault_of(address) if address else ""
    problems = {
        "prescriptions.E001": (
            answer and not address,
            "SCANNER_DOWN is set but CLAMD_ADDRESS is not: no file would be scanned.",
            "Set CLAMD_ADDRESS, or take SCANNER_DOWN away.",
        ),
        "prescriptions.E002": (fault, f"CLAMD_ADDRESS: {fault}.", None),
        "prescriptions.E003": (
            address and answer not in {REFUSE, FLAG},
            "SCANNER_DOWN does not say what becomes of a file while the scanner does not answer.",
            "Set it to refuse, or to flag, which takes the file and tells the pharmacist.",
        ),
    }
    return [
        Error(text, hint=hint, id=id_) for id_, (wrong, text, hint) in problems.items() if wrong
    ]


def _fault_of(address: str) -> str:
    try:
        address_of(address)
    except ValueError as error:
        return str(error)
    return ""
