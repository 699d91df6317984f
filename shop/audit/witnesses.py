"""Rows outside the log that name an entry, each, and of which the entry holds a keyed hash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# From the first to the last number, both included: what the rows hold, by the entry they name.
Source = Callable[[int, int], dict[int, Any]]


class Unreadable(Exception):
    """What a row holds cannot be opened any more."""


# The others Django raises over a date that is none; SQLite keeps whatever somebody wrote there.
UNREADABLE = (Unreadable, AttributeError, TypeError, ValueError, ArithmeticError)

_sources: list[Source] = []


def register(source: Source) -> None:
    """Let `verify_audit` compare these rows with their entries; once, when the app is ready."""
    _sources.append(source)


def rows_between(first: int, last: int) -> dict[int, Any]:
    """What the rows hold that name these entries."""
    found: dict[int, Any] = {}
    for source in _sources:
        found |= _read(source, first, last)
    return found


def _read(source: Source, first: int, last: int) -> dict[int, Any]:
    """The same, with nothing in place of a row that cannot be read."""
    try:
        return source(first, last)
    except UNREADABLE:
        if first == last:
            return {first: None}
        middle = (first + last) // 2
        return _read(source, first, middle) | _read(source, middle + 1, last)
