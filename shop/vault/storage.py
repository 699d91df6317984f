"""Keeps sealed documents under random names, each whole or not there."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

from shop.vault.sealing import VaultError, seal, unseal

STORAGE_ALIAS = "prescriptions"


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
