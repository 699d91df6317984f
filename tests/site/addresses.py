"""Every address of the shop, and who gets what there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

VISITORS = ("anonymous", "owner", "other_customer", "staff", "pharmacist", "superuser")
TABLE = Path(__file__).with_name("visitors.txt")


def expected() -> dict[str, list[str]]:
    """The answers by address: one word for each visitor, in the order of VISITORS."""
    rows = (line.split() for line in TABLE.read_text().splitlines() if not line.startswith("#"))
    return {name: answers for name, *answers in rows}


@dataclass(frozen=True)
class Address:
    """One route; ``name`` with its namespaces, and the callback that answers."""

    name: str
    route: str
    callback: Any


def every_address() -> list[Address]:
    """All routes of the URL configuration, in the order in which they are tried."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(
    patterns: list[URLPattern | URLResolver], prefix: str, spaces: tuple[str, ...]
) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Address(":".join([*spaces, pattern.name or route]), route, pattern.callback)
        else:
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern.url_patterns, route, inner)
