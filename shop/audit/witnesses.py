"""Rows outside the log that name an entry, each, and of which the entry holds a keyed hash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# From the first to the last number, both included: what the rows hold, by the entry they name.
Source = Callable[[int, int], dict[int, Any]]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Let `verify_audit` compare these rows with their entries; once, when the app is ready."""
    _sources.append(source)


def rows_between(first: int, last: int) -> dict[int, Any]:
    """What the rows hold that name these entries."""
    found: dict[int, Any] = {}
    for source in _sources:
        found |= source(first, last)
    return found
