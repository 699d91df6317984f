"""Seals bytes with AES-256-GCM: nobody without the key reads them, and no change goes unseen."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from shop.audit.witnesses import Unreadable

VERSION = 1
PREFIX_BYTES = 2
NONCE_BYTES = 12
TAG_BYTES = 16


class VaultError(Unreadable):
    """A document could not be opened: damaged, cut, swapped, missing, or its key is unknown."""


def seal(plain: bytes, *, context: str) -> bytes:
    """Encrypt with the current key; only the same context, as in "page:image:<uuid>", opens it."""
    key_id = current_key_id()
    key = settings.DOCUMENT_KEYS[key_id]
    header = bytes((VERSION, len(key_id))) + key_id.encode("ascii")
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + AESGCM(key).encrypt(nonce, plain, header + context.encode())


def unseal(sealed: bytes, *, context: str) -> bytes:
    """Decrypt, or raise `VaultError`."""
    header = _header_of(sealed)
    nonce = sealed[len(header) : len(header) + NONCE_BYTES]
    secret = sealed[len(header) + NONCE_BYTES :]
    try:
        return AESGCM(_key(key_id_of(sealed))).decrypt(nonce, secret, header + context.encode())
    except InvalidTag as error:
        raise VaultError("The document was changed, or belongs elsewhere.") from error


def current_key_id() -> str:
    """Name the key that seals now: the first of `DOCUMENT_KEYS`."""
    return next(iter(settings.DOCUMENT_KEYS))


def key_id_of(sealed: bytes) -> str:
    """Name the key that sealed this, or raise `VaultError`."""
    try:
        return _header_of(sealed)[PREFIX_BYTES:].decode("ascii")
    except UnicodeDecodeError as error:
        raise VaultError("The document names no key.") from error


def _header_of(sealed: bytes) -> bytes:
    if len(sealed) < PREFIX_BYTES or sealed[0] != VERSION:
        raise VaultError("The document has no known format.")
    end = PREFIX_BYTES + sealed[1]
    if len(sealed) < end + NONCE_BYTES + TAG_BYTES:
        raise VaultError("The document is cut short.")
    return sealed[:end]


def _key(key_id: str) -> bytes:
    if key_id not in settings.DOCUMENT_KEYS:
        raise VaultError(f"The key {key_id!r} is not in DOCUMENT_KEYS.")
    return settings.DOCUMENT_KEYS[key_id]
