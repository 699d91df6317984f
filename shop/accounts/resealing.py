"""Finds the sealed secrets of second factors, and seals them anew when the key changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.db import models, transaction

from shop.accounts.adapters import sealed_bytes
from shop.vault.resealing import rows_of
from shop.vault.sealing import current_key_id, key_id_of

SECRETS = ("secret", "seed")


@dataclass(frozen=True)
class SealedSecret:
    """One secret of one second factor, as the row held it when we looked."""

    row: Authenticator
    name: str

    def __str__(self) -> str:
        return f"mfa.Authenticator.{self.name} of row {self.row.pk}"

    def key_id(self) -> str:
        return key_id_of(sealed_bytes(self.row.data[self.name]))

    def is_there(self) -> bool:
        """Whether the row still holds just that."""
        return self._holds(self._rows().first())

    @transaction.atomic
    def reseal(self) -> bool:
        """Seal it with the current key, unless it is, or somebody changed it; raises `VaultError`."""
        if self.key_id() == current_key_id():
            return False
        new = encrypt(decrypt(self.row.data[self.name]))
        # The rest of the row, as which recovery codes are used up, may have changed meanwhile.
        row = self._rows().select_for_update().first()
        if row is None or not self._holds(row):
            return False
        return bool(self._rows().update(data={**row.data, self.name: new}))

    def _holds(self, row: Authenticator | None) -> bool:
        return row is not None and row.data.get(self.name) == self.row.data[self.name]

    def _rows(self) -> models.QuerySet[Authenticator]:
        return Authenticator.objects.filter(pk=self.row.pk)


def sealed_secrets() -> Iterator[SealedSecret]:
    """The secret of every authenticator app, and the seed of all recovery codes."""
    for row in rows_of(Authenticator, "data"):
        for name in SECRETS:
            if name in row.data:
                yield SealedSecret(row, name)
