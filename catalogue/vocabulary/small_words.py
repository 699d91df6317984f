"""The words around the names of medicines: doses, salts, makers, reasons, and “nothing”."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from catalogue.names import WORD, key_of, key_of_word
from catalogue.vocabulary.lexicon import FOLDER
from shop.datafiles import Text, held_to, read_file

Listed = tuple[Text, ...]
SHORTEST_STEM = 4


@dataclass(frozen=True)
class _Written:
    small: Listed
    aids: Listed
    qualifiers: Listed
    salts: Listed
    makers: Listed
    reasons: Listed
    because: Listed
    joins: Listed
    around_drink: Listed
    drinks: Listed
    large_drinks: Listed
    every_day: Listed
    nothing: Listed
    deny: Listed
    may_deny: Listed
    not_sure: Listed
    ordinary: Listed
    ambiguous: Listed
    compounds: Listed
    behind_a_use: Listed
    before_a_use: Listed


@dataclass(frozen=True)
class SmallWords:
    """Each list as words, or as phrases written without spaces."""

    small: frozenset[str]
    aids: frozenset[str]
    qualifiers: frozenset[str]
    salts: frozenset[str]
    makers: frozenset[str]
    reasons: frozenset[str]
    because: frozenset[str]
    joins: frozenset[str]
    around_drink: frozenset[str]
    drinks: frozenset[str]
    large_drinks: frozenset[str]
    every_day: frozenset[str]
    nothing: frozenset[str]
    deny: frozenset[str]
    may_deny: frozenset[str]
    not_sure: frozenset[str]
    ordinary: frozenset[str]
    ambiguous: frozenset[str]
    compounds: frozenset[str]
    behind_a_use: frozenset[str]
    before_a_use: frozenset[str]

    @cached_property
    def names_nothing(self) -> frozenset[str]:
        """What names no medicine anywhere."""
        return self.small | self.aids

    @cached_property
    def beside_a_name(self) -> frozenset[str]:
        """What adds nothing to a name that is known."""
        kinds = (
            self.salts,
            self.makers,
            self.around_drink,
            self.every_day,
            self.deny,
            self.may_deny,
        )
        return frozenset().union(*kinds)

    def stem(self, key: str) -> str:
        """A German compound without its form: “Baldriantropfen”; empty where it is none."""
        ends = (key.removesuffix(form) for form in self.compounds if key.endswith(form))
        return next((stem for stem in ends if len(stem) >= SHORTEST_STEM), "")

    def says_nothing_is_taken(self, text: str) -> bool:
        """Whether a text says so: “none really”, “I don't take anything”, “нет”."""
        words = [key_of_word(word) for word in WORD.findall(text)]
        if not words:
            return False
        denies = any(word in self.deny for word in words)
        only = all(word in self.deny | self.may_deny for word in words)
        return "".join(words) in self.nothing or (denies and only)

    def is_a_reason(self, text: str) -> bool:
        """Whether a text says what something is for, and no more: “blood pressure”."""
        words = [key_of_word(word) for word in WORD.findall(text)]
        known = self.reasons | self.names_nothing | self.joins
        return bool(self.reasons & {*words}) and all(word in known for word in words)

    def says_not_sure(self, text: str) -> bool:
        """Whether somebody says that they do not know: “can't remember”."""
        return key_of(text) in self.not_sure


@cache
def small_words() -> SmallWords:
    """The lists of words.yaml. Raises FilesInvalid."""
    written = held_to(_Written, read_file(FOLDER / "words.yaml"))
    return SmallWords(
        **{name: frozenset(map(key_of, each)) for name, each in vars(written).items()}
    )
