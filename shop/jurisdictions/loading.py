"""Finds the profiles and reads them, once per process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from django.conf import settings

from shop.datafiles import FilesInvalid, Problem, held_to, read_file
from shop.jurisdictions.profile import Profile, Source

FOLDER = Path(__file__).resolve().parent / "profiles"
SOURCES = "sources.yaml"


@dataclass(frozen=True)
class _Sources:
    sources: dict[str, Source]


def profile_names() -> list[str]:
    """The profiles there are."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path.name != SOURCES)


def current() -> Profile:
    """The profile this pharmacy works by (setting JURISDICTION). Raises FilesInvalid."""
    return load(settings.JURISDICTION)


@cache
def load(name: str) -> Profile:
    """A profile of ours, by name. Raises FilesInvalid."""
    if name not in profile_names():
        reason = f"there is no such profile; use {', '.join(profile_names())}"
        raise FilesInvalid([Problem(name, 1, reason)])
    return read(FOLDER / f"{name}.yaml")


def read(path: Path) -> Profile:
    """The profile in a file. Raises FilesInvalid."""
    profile = held_to(Profile, read_file(path), context=sources())
    return replace(profile, digest=hashlib.sha256(path.read_bytes()).hexdigest())


@cache
def sources() -> dict[str, Source]:
    """The sources that profiles may name, by key. Raises FilesInvalid."""
    return held_to(_Sources, read_file(FOLDER / SOURCES)).sources
