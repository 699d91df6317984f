"""Seals everything in the vault with the first key of `DOCUMENT_KEYS`, while the shop runs.

It may be killed at any moment and started again: a file is written under a new name, then the row is
moved to it, then the old file goes. Between these steps there is one file too many, never too few;
`sweep_vault` removes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from shop.accounts.resealing import SealedSecret, sealed_secrets
from shop.prescriptions.models import Document, Page
from shop.vault import storage as vault
from shop.vault.resealing import SealedContents, rows_of, sealed_contents
from shop.vault.sealing import VaultError, current_key_id

FILES = (Document, Page)

Report = Callable[[str], None]


@dataclass(frozen=True)
class SealedFile:
    """The file that one row named when we looked."""

    row: Document | Page

    def __str__(self) -> str:
        return f"{self.row._meta.label} {self.row.uuid}"  # noqa: SLF001

    def key_id(self) -> str:
        return vault.key_id_of(self.row.sealed_name)

    def is_there(self) -> bool:
        """Whether the row still names just that file."""
        model = type(self.row)
        return model.objects.filter(pk=self.row.pk, sealed_name=self.row.sealed_name).exists()

    def reseal(self) -> bool:
        """Seal it with the current key, unless it is, or somebody else did; raises `VaultError`."""
        if self.key_id() == current_key_id():
            return False
        row, old = self.row, self.row.sealed_name
        new = vault.store(vault.fetch(old, context=row.context), context=row.context)
        moved = type(row).objects.filter(pk=row.pk, sealed_name=old).update(sealed_name=new)
        vault.discard(old if moved else new)
        return bool(moved)


@dataclass
class Census:
    """How many sealed things each key opens, and those that say no key."""

    by_key: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)


@dataclass
class Rotation:
    """What one run did, and what it could not open."""

    resealed: int = 0
    failed: list[str] = field(default_factory=list)


def take_census() -> Census:
    """Count what each key sealed, by the heading of each file and field; nothing is opened."""
    census = Census()
    for thing in _everything():
        try:
            census.by_key[thing.key_id()] += 1
        except VaultError as error:
            if thing.is_there():
                census.unreadable.append(f"{thing}: {error}")
    return census


def rotate(report: Report, *, every: int = 1000) -> Rotation:
    """Re-seal what another key sealed; what cannot be opened is named and left as it is."""
    rotation = Rotation()
    for looked_at, thing in enumerate(_everything(), start=1):
        try:
            rotation.resealed += thing.reseal()
        except VaultError as error:
            if thing.is_there():
                rotation.failed.append(f"{thing}: {error}")
        if looked_at % every == 0:
            report(f"{looked_at} looked at, {rotation.resealed} sealed anew")
    return rotation


def _everything() -> Iterator[SealedFile | SealedContents | SealedSecret]:
    for model in FILES:
        for row in rows_of(model, "uuid", "sealed_name"):
            yield SealedFile(row)
    yield from sealed_contents()
    yield from sealed_secrets()
