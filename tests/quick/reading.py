"""A medicine's folder is read once per process, however many tests load it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogue.content import files
from catalogue.content.document import Content

Version = tuple[Path, tuple[tuple[Path, int, int], ...]]


def version(folder: Path) -> Version:
    """The folder with what changes when one of its files does."""
    facts = [(path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file()]
    return folder, tuple((path, fact.st_size, fact.st_mtime_ns) for path, fact in facts)


@pytest.fixture(scope="session", autouse=True)
def medicines_are_read_once() -> Iterator[None]:
    read, contents = files.read_medicine, dict[Version, Content]()

    def read_once(path: Path) -> Content:
        key = version(path)
        if key not in contents:
            contents[key] = read(path)
        return contents[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "read_medicine", read_once)
        yield
