"""The help lines of one country, as a page shows them."""

from __future__ import annotations

from typing import Any

from django import template

from shop.help_lines.table import TABLE, lines_of, name_of

register = template.Library()


@register.inclusion_tag("components/help_lines.html")
def help_lines(country: str, only: str = "") -> dict[str, Any]:
    """The lines of a country, each that is not verified with the day by which it is to be read.

    ``only`` names the kinds that are wanted, in words; all when it is empty.
    """
    lines = lines_of(country)
    return {
        "code": country,
        "country": name_of(country),
        "kinds": [
            (title, when, [(line, None if line.is_verified else TABLE.due(line)) for line in each])
            for kind, title, when, each in (lines.by_kind if lines else ())
            if not only or kind in only.split()
        ],
    }
