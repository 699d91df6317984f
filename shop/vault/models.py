"""Keys that the vault keeps, sealed with the keys of the shop."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from django.db import models

from shop.vault.fields import SealedJSONField

KEY_BYTES = 32


class FingerprintKey(models.Model):
    """The secret that fingerprints of one kind are made with; a new shop key re-seals it only."""

    purpose = models.CharField(max_length=40, unique=True)
    secret = SealedJSONField(row_name="purpose")

    def __str__(self) -> str:
        return self.purpose


def fingerprint(text: str, *, purpose: str) -> str:
    """64 signs that are the same for the same text, and say nothing of it without the keys."""
    return fingerprints([text], purpose=purpose)[0]


def fingerprints(texts: Iterable[str], *, purpose: str) -> list[str]:
    """The same for several texts."""
    key, _created = FingerprintKey.objects.get_or_create(
        purpose=purpose, defaults={"secret": secrets.token_hex(KEY_BYTES)}
    )
    secret = bytes.fromhex(key.secret)
    return [hmac.digest(secret, text.encode(), hashlib.sha256).hex() for text in texts]
