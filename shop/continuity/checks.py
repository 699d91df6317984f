"""Checks that no repeat waits too long."""

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, register

from shop.datafiles import FilesInvalid
from shop.delivery.methods import longest_wait
from shop.jurisdictions import loading


@register
def check_repeats(**_: Any) -> list[CheckMessage]:
    """A repeat can be ordered early enough for the slowest delivery (pharmacy standards, ORD-10)."""
    try:
        margin = loading.current().repeat_margin_days.value
    except FilesInvalid:  # shop.jurisdictions.checks says it
        return []
    if longest_wait() < margin:
        return []
    return [
        checks.Warning(
            f"repeat_margin_days of the profile is not more than the {longest_wait()} days a "
            "delivery may take: patients who order on the first day they may can run out.",
            id="continuity.W001",
        )
    ]
