"""What a typed name means for one medicine: the rules it sets off, or that its sources are silent."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalogue.content.document import (
    Content,
    Interaction,
    Phrases,
    RowWords,
    Rule,
    Severity,
    Silent,
    WordClass,
)
from catalogue.names import WORD, key_of
from catalogue.vocabulary.lexicon import Lexicon, Substances, fold, lexicon, starts_like
from catalogue.vocabulary.small_words import small_words

SHORTEST_WITH_PLURAL = 4
# Letters from which one slip of the finger is forgiven, and two.
ONE_SLIP_FROM, TWO_SLIPS_FROM = 6, 8
# Such a short word is too common to count inside a longer text.
LONGEST_COMMON_WORD = 5


@dataclass(frozen=True)
class Meaning:
    """What one name stands for.

    Keys are what it counts as in a combination: itself, or each substance in it. Silent are the
    substances, or kinds of medicine, of which the content says nothing.
    """

    name: str
    rules: tuple[Rule, ...] = ()
    silent: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    # A common word: it counts only where it stands alone.
    is_weak: bool = False
    # Not so where another language, or nobody, spells it like this.
    is_spelt_so: bool = True
    # What it may be, where the name stands for something else in another country.
    one_of: tuple[Meaning, ...] = ()

    @property
    def is_undocumented(self) -> bool:
        """Whether nothing is known to happen with it, which clears nothing."""
        return all(rule.severity == Severity.NONE_DOCUMENTED for rule in self.rules)

    @property
    def rank(self) -> int:
        """The worst of it, 0 for what must not be taken together."""
        return min((rule.severity.rank for rule in self.rules), default=len(Severity))

    @property
    def rows(self) -> frozenset[str]:
        return frozenset(rule.id for rule in self.rules if isinstance(rule, Interaction))

    @property
    def stands_for(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """What makes two names mean the same."""
        return frozenset(rule.id for rule in self.rules), self.silent


@dataclass(frozen=True)
class Index:
    """The names, words and classes of one medicine’s content, over the names of all medicines."""

    own: dict[str, Meaning]
    # Names of rows, which a reader is asked about; and all that may be misspelt, by first letter.
    guessable: tuple[str, ...]
    near: dict[str, list[str]]
    may_be_misspelt: frozenset[str]
    by_substance: dict[str, tuple[Rule, ...]]
    lexicon: Lexicon
    # What a large amount of drink means.
    large_amount: Meaning | None

    def find(self, key: str) -> Meaning | None:
        """What a name means, written without spaces, in the plural too; None where nobody knows."""
        single = key.removesuffix("s")
        keys = (key, single) if len(single) >= SHORTEST_WITH_PLURAL else (key,)
        for each in keys:
            if several := self.lexicon.differ.get(each):
                return self._one_of(several)
        for each in keys:
            if meaning := self.own.get(each):
                return meaning
        named = next((one for each in keys if (one := self._in_lexicon(each))), None)
        stem = small_words().stem(key)
        return named or (self.find(stem) if stem else None)

    def _in_lexicon(self, key: str) -> Meaning | None:
        if substances := self.lexicon.names.get(key):
            return self._of(substances)
        folded = () if key in small_words().ordinary else self.lexicon.folded.get(fold(key), ())
        return replace(self._of(folded), is_spelt_so=False) if folded else None

    def _of(self, substances: Substances) -> Meaning:
        rules = [rule for each in substances for rule in self._rules(each)]
        silent = tuple(each for each in substances if not self._rules(each))
        keys = tuple(key_of(each) for each in substances)
        return Meaning("/".join(substances), tuple(dict.fromkeys(rules)), silent, keys)

    def _one_of(self, several: Iterable[Substances]) -> Meaning:
        """All of what a name may be: each is said, and which one it is is asked."""
        each = tuple(replace(self._of(of), is_spelt_so=False) for of in several)
        return Meaning(
            " / ".join(one.name for one in each),
            tuple(dict.fromkeys(rule for one in each for rule in one.rules)),
            tuple(dict.fromkeys(substance for one in each for substance in one.silent)),
            tuple(dict.fromkeys(key for one in each for key in one.keys)),
            is_spelt_so=False,
            one_of=each,
        )

    def _rules(self, substance: str) -> tuple[Rule, ...]:
        own = self.own.get(key_of(substance))
        return self.by_substance.get(substance) or (own.rules if own else ())

    def misspelt(self, key: str) -> Meaning | None:
        """The one thing that a misspelt name can mean; None where it might be two."""
        if len(key) < ONE_SLIP_FROM - 1 or key in small_words().ordinary:
            return None
        near = self._near(key, 2 if len(key) >= TWO_SLIPS_FROM else 1)
        nearest = near[min(near)] if near else []
        is_one = len({each.stands_for for each in nearest}) == 1
        return replace(nearest[0], is_spelt_so=False) if is_one else None

    def _near(self, key: str, slips: int) -> dict[int, list[Meaning]]:
        """What is written nearly so, by the slips of the finger in between."""
        found: dict[int, list[Meaning]] = {}
        names = self.near.get(key[0], ())
        own = process.extract(key, names, scorer=OSA.distance, score_cutoff=slips, limit=None)
        for name, edits, _place in own:
            found.setdefault(int(edits), []).append(self._known(name))
        for name in starts_like(key):
            if name in self.may_be_misspelt:
                found.setdefault(1, []).append(self._known(name))
        for name, edits in self.lexicon.misspelt(key, slips=slips):
            if name not in self.own and len(name) >= ONE_SLIP_FROM:
                found.setdefault(edits, []).append(self._known(name))
        return found

    def _known(self, name: str) -> Meaning:
        """What a name means that is in the lists. Raises LookupError for one that is not."""
        if meaning := self.find(name):
            return meaning
        raise LookupError(name)


def index_of(content: Content) -> Index:
    return _index(content.interactions, content.words, content.classes, content.silent)


@lru_cache(maxsize=16)
def _index(
    interactions: tuple[Interaction, ...],
    words: tuple[RowWords, ...],
    classes: tuple[WordClass, ...],
    silent: tuple[Silent, ...],
) -> Index:
    spoken = _spoken(interactions, words, classes, silent)
    own, names = dict(spoken), lexicon()
    for key, (name, rows) in _named(interactions).items():
        substances = names.names.get(key, ())
        # A brand of one substance plays the parts of that substance.
        keys = (key_of(substances[0]),) if len(substances) == 1 else (key,)
        own.setdefault(key, Meaning(name, rows, keys=keys))
    guessable = tuple(key for key in own if len(key) >= ONE_SLIP_FROM - 1 and key not in spoken)
    large = (each for each in own.values() if any(map(_is_large, each.rules)))
    by_substance = _by_substance(interactions, spoken, names)
    near = _near(own, spoken)
    misspelt = frozenset(key for keys in near.values() for key in keys)
    return Index(own, guessable, near, misspelt, by_substance, names, next(large, None))


def _near(own: Iterable[str], spoken: Container[str]) -> dict[str, list[str]]:
    """What may be misspelt, by first letter; everyday words are like one another sooner."""
    near: dict[str, list[str]] = {}
    for key in own:
        if len(key) >= (TWO_SLIPS_FROM if key in spoken else ONE_SLIP_FROM):
            near.setdefault(key[0], []).append(key)
    return near


def _is_large(rule: Rule) -> bool:
    return isinstance(rule, WordClass) and rule.is_large_amount


def _named(
    interactions: Iterable[Interaction],
) -> dict[str, tuple[str, tuple[Interaction, ...]]]:
    """Every name of a row with all rows that have it."""
    found: dict[str, tuple[str, tuple[Interaction, ...]]] = {}
    for row in interactions:
        for name in row.all_names:
            first, rows = found.get(key_of(name), (name, ()))
            if row not in rows:
                found[key_of(name)] = (first, (*rows, row))
    return found


def _by_substance(
    interactions: Iterable[Interaction], spoken: dict[str, Meaning], names: Lexicon
) -> dict[str, tuple[Rule, ...]]:
    """The rules of each substance: those with its own name, else those with another name of it."""
    found: dict[str, tuple[Rule, ...]] = {}
    by_key = _named(interactions)
    for key, (_name, rows) in by_key.items():
        substances = names.names.get(key, ())
        if len(substances) == 1:
            (substance,) = substances
            own = by_key.get(key_of(substance))
            found[substance] = own[1] if own else (*found.get(substance, ()), *rows)
    for key, meaning in spoken.items():
        substances = names.names.get(key, ())
        if meaning.rules and substances and key == key_of(substances[0]):
            found[substances[0]] = meaning.rules
    return {substance: tuple(dict.fromkeys(rules)) for substance, rules in found.items()}


def _spoken(
    interactions: Iterable[Interaction],
    words: Iterable[RowWords],
    classes: Iterable[WordClass],
    silent: Iterable[Silent],
) -> dict[str, Meaning]:
    """Everyday and street words; a class brings the row along that it belongs to."""
    rows = {row.id: row for row in interactions}
    found: dict[str, Meaning] = {}
    for each in words:
        if each.row in rows:
            keys = (key_of(each.plays or each.row),)
            _add(found, each, Meaning("", (rows[each.row],), keys=keys), is_street=False)
    for group in classes:
        its = (rows[group.row], group) if group.row in rows else (group,)
        meaning = Meaning("", its, keys=(key_of(group.row or group.id),))
        _add(found, group.words, meaning, is_street=group.is_street)
    for kind in silent:
        _add(found, kind.words, Meaning("", silent=(kind.id,)), is_street=False)
    return found


def _add(found: dict[str, Meaning], phrases: Phrases, spoken: Meaning, *, is_street: bool) -> None:
    for phrase in phrases.all:
        key = key_of(phrase)
        known = found.get(key, spoken)
        is_short = len(WORD.findall(phrase)) == 1 and len(key) <= LONGEST_COMMON_WORD
        found[key] = replace(
            spoken,
            name=phrase,
            rules=tuple(dict.fromkeys((*known.rules, *spoken.rules))),
            is_weak=(is_street and is_short) or key in small_words().ambiguous,
        )
