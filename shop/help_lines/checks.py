"""A number that nobody has read again in time is said, and stops nothing."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register  # noqa: A004 Django calls it so

from shop import days
from shop.help_lines.table import TABLE


@register()
def check_lines_are_read_again(**_: Any) -> list[CheckMessage]:
    """Every help line was read on its operator's page not too long ago."""
    today = days.at_pharmacy()
    hint = (
        "Read the operator's page, then put the number and the day into shop/help_lines/lines.yaml."
    )
    return [
        Warning(
            f"{country}: {line.number or line.words} was to be read again by {due}.",
            hint=hint,
            id="help_lines.W001",
        )
        for country, lines in TABLE.countries.items()
        for line in lines
        if (due := TABLE.due(line)) < today
    ]
