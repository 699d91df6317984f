"""Builds names.tsv, the names of medicines and their substances, from a pinned vocabulary.

Drug Named Entity Recognition 2.0.9 (Fast Data Science, MIT) gathers the names of DrugBank's open
vocabulary (CC0), MeSH, the NHS and Wikipedia (CC BY-SA); see docs/vocabulary.md. It is a pickle:
it is read here alone, as plain data, and never by what serves pages.
"""

from __future__ import annotations

import bz2
import pickle
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from typing import Any

from catalogue.names import key_of
from catalogue.vocabulary.lexicon import COMMON, FOLDER, Substances
from shop.datafiles import Text, held_to, read_file

PACKAGE = "drug-named-entity-recognition"
DICTIONARY = "drug_named_entity_recognition/drug_ner_dictionary.pkl.bz2"
# What an entry has that is a medicine somebody takes, and not a protein.
IS_A_MEDICINE = {"medline_plus_id", "nhs_url", "nhs_api_url", "wikipedia_url", "drugbank_id"}
IS_COMMON = {"medline_plus_id", "nhs_url", "nhs_api_url"}
NO_MEDICINE = re.compile(
    r"pollen|antigen|protein|receptor|factor\b|whole\b|flower|leaf|seed|fruit|\bhair\b|\bcell|"
    r"autoleucel|\bion\b|extract|\bwood\b|dander|fungus|venom|\bmeat\b|\bmilk\b|feather|\bbark\b|"
    r"\bpeel\b|template:|draft:|vaccine, |covid|\bantibod|\bgene\b|allergenic",
)
IS_A_NAME = re.compile(r"[^\W\d_][\w '’./+&-]*")
HAS_NUMBER = re.compile(r"\d")
LONGEST_NAME, MOST_WORDS, SHORTEST_KEY = 36, 4, 4
IN_BRACKETS = re.compile(r"\s*\([^)]*\)")
ROUTE = re.compile(
    r"\s+(?:topical|nasal|injections?|otic|ophthalmic|vaginal|transdermal|rectal|implant|sublingual|"
    r"buccal|oral|inhal(?:ers?|ation)|patch|lozenges?|cream|gel|eye drops|otic).*$"
)
PARTS = re.compile(r"\s*/\s*|,\s*(?:and\s+)?|\s+and\s+|\s+with\s+")


class _PlainData(pickle.Unpickler):
    """Reads mappings, lists and texts; a pickle that names any class or function is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"not plain data: {module}.{name}")


@dataclass(frozen=True)
class _ByHand:
    """What the vocabulary lacks or has wrong."""

    called: dict[str, Text]
    drop: tuple[Text, ...]
    # What a name stands for, here and there.
    differ: dict[str, tuple[Text, ...]]
    brands: dict[str, tuple[Text, ...]]


def pinned() -> dict[str, Any]:
    """The pinned vocabulary. Raises PackageNotFoundError where it is not installed."""
    path = distribution(PACKAGE).locate_file(DICTIONARY)
    with bz2.open(str(path)) as file:
        read: dict[str, Any] = _PlainData(file).load()
    return read


def by_hand() -> _ByHand:
    return held_to(_ByHand, read_file(FOLDER / "brands.yaml"))


@dataclass(frozen=True)
class _Name:
    """The substances of a name, and whether so many people use it that it may be misspelt.

    Others are what the same name stands for in another country.
    """

    substances: Substances
    is_common: bool
    others: tuple[Substances, ...] = ()


def build() -> dict[str, _Name]:
    """Every name by its key; what is written by hand counts first."""
    hand, data = by_hand(), pinned()
    dropped = {key_of(name) for name in hand.drop}
    found = {key_of(name): _Name(of, is_common=True) for name, of in _written(hand)}
    for name, several in hand.differ.items():
        first, *others = (_parted(each) for each in several)
        found[key_of(name)] = _Name(first, is_common=True, others=tuple(others))
    for name, each in _read(data, hand):
        if (key := key_of(name)) not in dropped and len(key) >= SHORTEST_KEY:
            found.setdefault(key, each)
    return found


def lines(names: dict[str, _Name]) -> Iterator[str]:
    """The lines of names.tsv: substances, then every name of theirs, a star before the common."""
    grouped: dict[Substances, list[str]] = {}
    for key, name in names.items():
        for substances in (name.substances, *name.others):
            grouped.setdefault(substances, []).append(COMMON * name.is_common + key)
    for substances in sorted(grouped):
        yield "\t".join(("/".join(substances), *sorted(grouped[substances])))


def text() -> str:
    """The whole of names.tsv."""
    return "\n".join(lines(build())) + "\n"


def _written(hand: _ByHand) -> Iterator[tuple[str, Substances]]:
    for together, names in hand.brands.items():
        substances = _parted(together)
        yield from ((name, substances) for name in names)
        if len(substances) == 1:
            yield together, substances


def _parted(together: str) -> Substances:
    return tuple(together.split("/"))


def _read(data: dict[str, Any], hand: _ByHand) -> Iterator[tuple[str, _Name]]:
    variants = data["drug_variant_to_canonical"]
    facts, kinds = data["drug_canonical_to_data"], data["drug_variant_to_variant_data"]
    known = {key_of(each): _plain(variants[each][0], hand) for each in variants}
    for name, (canonical,) in variants.items():
        if not _is_taken(canonical, facts.get(canonical, {})) or not _is_typed(name):
            continue
        substances = tuple(dict.fromkeys(_parts(_plain(canonical, hand), known, hand)))
        is_written = name == canonical or kinds.get(name, {}).get("is_brand", False)
        is_common = is_written and bool(IS_COMMON & facts.get(canonical, {}).keys())
        yield name, _Name(substances, is_common)


def _is_taken(canonical: str, facts: Iterable[str]) -> bool:
    return bool(IS_A_MEDICINE & set(facts)) and not NO_MEDICINE.search(canonical)


def _is_typed(name: str) -> bool:
    """Whether people write such a name, unlike “2-(4-isobutylphenyl)propanoic acid”."""
    return (
        bool(IS_A_NAME.fullmatch(name))
        and len(name) <= LONGEST_NAME
        and len(name.split()) <= MOST_WORDS
        and (not HAS_NUMBER.search(name) or name.startswith(("vitamin", "coenzyme")))
        and not NO_MEDICINE.search(name)
    )


def _plain(canonical: str, hand: _ByHand) -> str:
    """The international name, without how it is given."""
    bare = ROUTE.sub("", IN_BRACKETS.sub("", canonical)).strip(" ,")
    return hand.called.get(canonical) or hand.called.get(bare, bare)


def _parts(name: str, known: dict[str, str], hand: _ByHand) -> list[str]:
    """The substances of a product; a name of which any part is not known stays whole."""
    parts = [part.strip() for part in PARTS.split(name) if part.strip()]
    plain = [known.get(key_of(part)) or hand.called.get(part, "") for part in parts]
    written = {"levosalbutamol", "codeine", "paracetamol"}
    if len(parts) > 1 and all(
        each or part in written for each, part in zip(plain, parts, strict=True)
    ):
        return [each or part for each, part in zip(plain, parts, strict=True)]
    return [name]
