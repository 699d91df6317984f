"""Rows with sealed contents whose audit entries hold a keyed hash of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from shop.audit import witnesses
from shop.vault.sealing import VaultError


def register(rows: QuerySet, contents_of: Callable[[Any], list[Any]]) -> None:
    """Let `verify_audit` compare what these rows hold with the entries they name."""

    def between(first: int, last: int) -> dict[int, Any]:
        named = rows.filter(audit_sequence__range=(first, last)).iterator()
        return {row.audit_sequence: _readable(row, contents_of) for row in named}

    witnesses.register(between)


def _readable(row: Any, contents_of: Callable[[Any], list[Any]]) -> Any:
    try:
        return contents_of(row)
    except VaultError:
        return "cannot be opened"
