"""Seals prescription documents with AES-256-GCM and keeps them under random names."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

VERSION = 1
PREFIX_BYTES = 2
NONCE_BYTES = 12
TAG_BYTES = 16
STORAGE_ALIAS = "prescriptions"


class VaultError(Exception):
    """A document could not be opened: damaged, cut, swapped, missing, or its key is unknown."""


def seal(plain: bytes, *, context: str) -> bytes:
    """Encrypt with the current key; only the same context, as in "page:image:<uuid>", opens it."""
    key_id, key = next(iter(_keys().items()))
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


def key_id_of(sealed: bytes) -> str:
    """Name the key that sealed this, or raise `VaultError`."""
    try:
        return _header_of(sealed)[PREFIX_BYTES:].decode("ascii")
    except UnicodeDecodeError as error:
        raise VaultError("The document names no key.") from error


def store(plain: bytes, *, context: str) -> str:
    """Seal and save under a new random name, and return that name."""
    label = uuid4().hex
    name = f"{label[:2]}/{label[2:4]}/{label}"
    return _storage().save(name, ContentFile(seal(plain, context=context)))


def fetch(name: str, *, context: str) -> bytes:
    """Read and decrypt, or raise `VaultError`."""
    try:
        with _storage().open(name) as file:
            sealed = file.read()
    except OSError as error:
        raise VaultError("The document is missing or cannot be read.") from error
    return unseal(sealed, context=context)


def discard(name: str) -> None:
    """Delete the stored document; one that is already gone is no error."""
    _storage().delete(name)


class WholeFileStorage(FileSystemStorage):
    """Local files that carry their name only once they are complete and on the disk.

    Django's own storage writes under the final name: a kill or a full disk leaves half a file.
    """

    def _save(self, name: str, content: File) -> str:
        target = Path(self.path(name))
        for folder in reversed(Path(name).parents):
            Path(self.path(str(folder))).mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, suffix=".part") as part:
            for chunk in content.chunks():
                part.write(chunk)
            part.flush()
            os.fsync(part.fileno())
            # Linking, unlike renaming, refuses to replace a file that is already there.
            os.link(part.name, target)
        _flush_folder(target.parent)
        return name


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _storage() -> Storage:
    return storages[STORAGE_ALIAS]


def _header_of(sealed: bytes) -> bytes:
    if len(sealed) < PREFIX_BYTES or sealed[0] != VERSION:
        raise VaultError("The document has no known format.")
    end = PREFIX_BYTES + sealed[1]
    if len(sealed) < end + NONCE_BYTES + TAG_BYTES:
        raise VaultError("The document is cut short.")
    return sealed[:end]


def _key(key_id: str) -> bytes:
    if key_id not in _keys():
        raise VaultError(f"The key {key_id!r} is not in DOCUMENT_KEYS.")
    return _keys()[key_id]


def _keys() -> dict[str, bytes]:
    keys: dict[str, bytes] = settings.DOCUMENT_KEYS
    return keys
