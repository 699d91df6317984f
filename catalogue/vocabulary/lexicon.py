"""Names of medicines and the substances in them, read from names.tsv."""

from __future__ import annotations

import hashlib
import re
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
ENDING = re.compile(r"(?:e|a|o|um|us|en)$")
SHORTEST_FOLDED = 6


@dataclass(frozen=True)
class Lexicon:
    """Substances by name; by how it is spelled in any of the three languages, where that is clear."""

    names: dict[str, Substances]
    folded: dict[str, Substances]
    # By first letter and length, for what is misspelt.
    near: dict[tuple[str, int], list[str]]
    digest: str

    def misspelt(self, key: str, *, slips: int) -> list[tuple[str, int]]:
        """Common names with the same first letter that few slips of the finger turn into this."""
        found: list[tuple[str, int]] = []
        for length in range(len(key) - slips, len(key) + slips + 1):
            names = self.near.get((key[:1], length), [])
            near = process.extract(key, names, scorer=OSA.distance, score_cutoff=slips, limit=None)
            found += [(name, int(edits)) for name, edits, _place in near]
        return found


def fold(key: str) -> str:
    """A key so that “Hydrochlorothiazid” and “hidroclorotiazida” are one."""
    for written, plain in SPELLINGS:
        key = key.replace(written, plain)
    return ENDING.sub("", DOUBLED.sub(r"\1", key))


@cache
def lexicon() -> Lexicon:
    """Every name there is; read once, when the first medicine is typed."""
    text = NAMES.read_text(encoding="utf-8")
    names: dict[str, Substances] = {}
    near: dict[tuple[str, int], list[str]] = {}
    for line in text.splitlines():
        together, *keys = line.split("\t")
        substances = tuple(together.split("/"))
        for written in keys:
            key = written.removeprefix(COMMON)
            names[key] = substances
            if key != written:
                near.setdefault((key[0], len(key)), []).append(key)
    return Lexicon(names, _folded(names), near, hashlib.sha256(text.encode()).hexdigest())


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
