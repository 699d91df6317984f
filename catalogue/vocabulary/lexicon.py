"""Names of medicines and the substances in them, read from names.tsv."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

FOLDER = Path(__file__).resolve().parent
NAMES = FOLDER / "names.tsv"
# Before a name that so many people use that it may be misspelt.
COMMON = "*"
# International nonproprietary names, in lower case.
Substances = tuple[str, ...]
# How the same name is spelled in English, German and Spanish.
SPELLINGS = (
    ("ph", "f"),
    ("th", "t"),
    ("ch", "c"),
    ("y", "i"),
    ("k", "c"),
    ("oe", "e"),
    ("ae", "e"),
)
DOUBLED = re.compile(r"(.)\1")
# First letters that are taken for one another by who writes what they hear.
SOUNDS = ("bvpfw", "ckqg", "cszx", "gjhy", "iyj", "dt", "mn", "lr", "aeiou")
ENDING = re.compile(r"(?:e|a|o|um|us|en)$")
SHORTEST_FOLDED = 6


@dataclass(frozen=True)
class Lexicon:
    """Substances by name; by how it is spelled in any of the three languages, where that is clear.

    A name that stands for something else in another country is in `differ` alone.
    """

    names: dict[str, Substances]
    differ: dict[str, tuple[Substances, ...]]
    folded: dict[str, Substances]
    # By first letter and length, for what is misspelt.
    near: dict[tuple[str, int], list[str]]
    common: frozenset[str]
    digest: str

    def misspelt(self, key: str, *, slips: int) -> list[tuple[str, int]]:
        """Common names that few slips of the finger turn into this; the first letter sounds the same."""
        found: list[tuple[str, int]] = []
        for length in range(len(key) - slips, len(key) + slips + 1):
            names = self.near.get((key[:1], length), [])
            near = process.extract(key, names, scorer=OSA.distance, score_cutoff=slips, limit=None)
            found += [(name, int(edits)) for name, edits, _place in near]
        return found + [(name, 1) for name in starts_like(key) if name in self.common]


def starts_like(key: str) -> Iterator[str]:
    """A key with another first letter that sounds the same: “zarelto”, “vaclofeno”."""
    for group in SOUNDS:
        if key[:1] in group:
            yield from (letter + key[1:] for letter in group if letter != key[0])
    yield key[1:] if key.startswith("h") else f"h{key}"


def fold(key: str) -> str:
    """A key so that “Hydrochlorothiazid” and “hidroclorotiazida” are one."""
    for written, plain in SPELLINGS:
        key = key.replace(written, plain)
    return ENDING.sub("", DOUBLED.sub(r"\1", key))


@cache
def lexicon() -> Lexicon:
    """Every name there is; read once, when the first medicine is typed."""
    text = NAMES.read_text(encoding="utf-8")
    found: dict[str, list[Substances]] = {}
    common: set[str] = set()
    for line in text.splitlines():
        together, *keys = line.split("\t")
        for written in keys:
            key = written.removeprefix(COMMON)
            found.setdefault(key, []).append(tuple(together.split("/")))
            if key != written:
                common.add(key)
    names = {key: of for key, (of, *others) in found.items() if not others}
    differ = {key: tuple(of) for key, of in found.items() if len(of) > 1}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Lexicon(names, differ, _folded(names), _near(common), frozenset(common), digest)


def _near(common: Iterable[str]) -> dict[tuple[str, int], list[str]]:
    near: dict[tuple[str, int], list[str]] = {}
    for key in sorted(common):
        near.setdefault((key[0], len(key)), []).append(key)
    return near


def _folded(names: dict[str, Substances]) -> dict[str, Substances]:
    """A spelling that would stand for two different things stands for neither."""
    found: dict[str, Substances] = {}
    for key, substances in names.items():
        short = fold(key)
        if len(short) < SHORTEST_FOLDED:
            continue
        if found.setdefault(short, substances) != substances:
            found[short] = ()
    return found
