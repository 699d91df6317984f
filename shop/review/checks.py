"""A pharmacist is never left with limits that cannot be read."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from shop.datafiles import FilesInvalid
from shop.jurisdictions.loading import profile_names
from shop.review.rules.limits import limits_of_medicines


@register()
def check_limits(**_: Any) -> list[CheckMessage]:
    """The limits of every medicine can be read in every jurisdiction, and name rules there are."""
    found: dict[str, CheckMessage] = {}
    for name in profile_names():
        try:
            limits_of_medicines(name)
        except FilesInvalid as invalid:
            found |= {str(each): Error(str(each), id="review.E001") for each in invalid.problems}
    return list(found.values())
