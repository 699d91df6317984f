"""Every address of the shop, by walking its URL configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """One route; ``name`` with its namespaces, and the callback that answers."""

    name: str
    route: str
    callback: Any


def every_address() -> list[Address]:
    """All routes, in the order in which they are tried."""
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
