"""Checks that no repeat waits too long."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

from shop.delivery.methods import longest_wait


@register
def check_repeats(**_: Any) -> list[CheckMessage]:
    """A repeat can be ordered early enough for the slowest delivery (pharmacy standards, ORD-10)."""
    if longest_wait() < settings.REPEAT_MARGIN_DAYS:
        return []
    return [
        checks.Warning(
            f"REPEAT_MARGIN_DAYS is not more than the {longest_wait()} days a delivery may take: "
            "patients who order on the first day they may can run out.",
            id="continuity.W001",
        )
    ]
