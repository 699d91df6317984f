"""What every page says about the pharmacy."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

DEMO_PHARMACY = {
    "name": "Alder Pharmacy",
    "address": "1 Example Quay, Sampletown",
    "phone": "+1 555 0100",
    "email": "pharmacist@example.com",
    "owner": "Alder Demonstration Ltd",
    "registration_number": "",
    "register_url": "",
    "superintendent": "",
    "superintendent_number": "",
}


def pharmacy(request: HttpRequest) -> dict[str, Any]:
    """The pharmacy's identity, whether it is a demonstration, and the local emergency number."""
    return {
        "pharmacy": DEMO_PHARMACY if settings.IS_DEMO else settings.PHARMACY,
        "is_demo": settings.IS_DEMO,
        "emergency_number": settings.EMERGENCY_NUMBER,
    }
