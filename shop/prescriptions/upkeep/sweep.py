"""Removes sealed files that no row names: what a process left that was killed while it stored them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.utils import timezone

from shop.prescriptions.upkeep.rotation import FILES
from shop.vault import storage as vault

# Longer than any request or rotation takes between storing a file and writing its row.
YOUNGEST = datetime.timedelta(hours=1)
NAMES_AT_ONCE = 500
FEW = 50
FEWEST_KNOWN_SHARE = 0.5


class TooManyStrays(Exception):
    """Most files have no row: more likely this is another shop's database than a leftover."""


def sweep(*, most_allowed: bool = False) -> int:
    """Delete files without a row that are older than an hour, and return how many.

    Raises `TooManyStrays`, and deletes nothing, if more than `FEW` files and more than half of the
    old ones have no row; unless ``most_allowed``.
    """
    old = list(vault.stored_before(timezone.now() - YOUNGEST))
    strays = [name for names in _batches(old) for name in _without_row(names)]
    too_many = len(strays) > FEW and len(strays) > len(old) * FEWEST_KNOWN_SHARE
    if too_many and not most_allowed:
        raise TooManyStrays(f"{len(strays)} of {len(old)} files have no row")
    vault.discard_all(strays)
    return len(strays)


def _batches(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), NAMES_AT_ONCE):
        yield names[start : start + NAMES_AT_ONCE]


def _without_row(names: list[str]) -> list[str]:
    known: set[str] = set()
    for model in FILES:
        rows = model.objects.filter(sealed_name__in=names)
        known.update(rows.values_list("sealed_name", flat=True))
    return [name for name in names if name not in known]
