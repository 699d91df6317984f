"""Keeps sealed documents under random names, each whole or not there."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

from shop.vault import sealing
from shop.vault.sealing import VaultError, seal, unseal

STORAGE_ALIAS = "prescriptions"
# More than a header and the shortest secret take.
LONGEST_HEADER_BYTES = 512


def store(plain: bytes, *, context: str) -> str:
    """Seal and save under a new random name, and return that name."""
    label = uuid4().hex
    name = f"{label[:2]}/{label[2:4]}/{label}"
    return _storage().save(name, ContentFile(seal(plain, context=context)))


def fetch(name: str, *, context: str) -> bytes:
    """Read and decrypt, or raise `VaultError`."""
    return unseal(_read(name), context=context)


def key_id_of(name: str) -> str:
    """Name the key that sealed the stored document, or raise `VaultError`."""
    return sealing.key_id_of(_read(name, LONGEST_HEADER_BYTES))


def _read(name: str, most_bytes: int = -1) -> bytes:
    try:
        with _storage().open(name) as file:
            return file.read(most_bytes)
    except OSError as error:
        raise VaultError("The document is missing or cannot be read.") from error


def stored_before(moment: datetime) -> Iterator[str]:
    """The names of everything stored before then, half written files included."""
    storage = _storage()
    for name in _names(storage, ""):
        # Gone meanwhile is no error: somebody else tidies too.
        with suppress(FileNotFoundError):
            if storage.get_modified_time(name) < moment:
                yield name


def _names(storage: Storage, folder: str) -> Iterator[str]:
    folders, files = storage.listdir(folder)
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from _names(storage, f"{folder}{name}/")


def discard(name: str) -> None:
    """Delete the stored document; one that is already gone is no error."""
    _storage().delete(name)


def discard_all(names: Iterable[str]) -> None:
    for name in names:
        discard(name)


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
