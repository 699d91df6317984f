"""Finds what is sealed in the rows of the database, and seals it anew while the shop runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from shop.vault.fields import Sealed, SealedJSONField
from shop.vault.sealing import current_key_id, key_id_of, seal, unseal

ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class SealedContents:
    """What one sealed field of one row held when we looked."""

    row: models.Model
    field: SealedJSONField
    held: Sealed

    def __str__(self) -> str:
        return f"{self.field} of row {self.row.pk}"

    def key_id(self) -> str:
        return key_id_of(self.held.data)

    def is_there(self) -> bool:
        """Whether the row still holds just that."""
        return self._unchanged().exists()

    def reseal(self) -> bool:
        """Seal it with the current key, unless it is, or somebody changed it; raises `VaultError`."""
        if self.key_id() == current_key_id():
            return False
        context = self.field.context_of(self.row)
        new = Sealed(seal(unseal(self.held.data, context=context), context=context))
        return bool(self._unchanged().update(**{self.field.name: new}))

    def _unchanged(self) -> models.QuerySet:
        rows = type(self.row)._base_manager  # noqa: SLF001
        return rows.filter(pk=self.row.pk, **{self.field.name: self.held})


def sealed_contents() -> Iterator[SealedContents]:
    """Everything that sealed fields hold, in all models of the shop."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:  # noqa: SLF001
            if isinstance(field, SealedJSONField):
                for row in rows_of(model, field.name, field.row_name):
                    held = row.__dict__[field.attname]
                    if held is not None:
                        yield SealedContents(row, field, held)


def rows_of(model: type[models.Model], *names: str) -> Iterator[Any]:
    """All rows, by primary key; those that come while we look come too."""
    rows = model._base_manager.only("pk", *names).order_by("pk")  # noqa: SLF001
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:ROWS_AT_ONCE]):
        yield from batch
        last = batch[-1].pk
