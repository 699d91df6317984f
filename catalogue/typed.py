"""Finds the names of a list in what somebody typed, and the names that are only similar."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalogue.content.document import Interaction, Severity
from catalogue.names import WORD, key_of, key_of_word

# Shorter names are matched exactly or not at all: too many words are one letter away from them.
SHORTEST_GUESSED = 5
SHORTEST_WITH_TWO_EDITS = 8
SHORTEST_WITH_PLURAL = 4
MOST_GUESSES = 5
LONGEST_NAME_IN_WORDS = 6
LONGEST_SHORT_FORM = 3

BREAK = re.compile(r"[\n\r\t\v\f\x00\x85\u2028\u2029;|•·‣◦▪●、]|(?<!\d),|,(?!\d)|\s[-–—*]+\s")
ITEM = re.compile(r"^\s*(?:[-–—*]+|\d{1,2}[.)](?=\s))")
UNIT = r"mgs?|mcgs?|μg|ug|g|grams?|mls?|l|iu|units?|mmol|meq|%"
FORM = (
    r"tablets?|tabs?|capsules?|caps?|pills?|puffs?|drops?|sprays?|sachets?|spoonfuls?|doses?"
    r"|patch(?:es)?"
)
NUMBER = r"\d+(?:[.,]\d+)?"
NOT_AFTER_NUMBER = r"(?<!\d)(?<!\d[.,])"
DOSE = re.compile(
    rf"{NOT_AFTER_NUMBER}{NUMBER}(?:\s*[/x×-]\s*{NUMBER})*\s*(?:{UNIT}|x|×|times)(?![^\W_])"
    rf"(?:\s*/\s*(?:{NUMBER}\s*)?(?:{UNIT}|h|hr|day|dose))*"
    rf"|{NOT_AFTER_NUMBER}\d\s*/\s*\d(?:\s+(?:of\s+)?(?:a\s+)?(?:{FORM}))?(?![^\W_])"
    r"|\b(?:once|twice|thrice|one|two|three|four|half)\b"
    rf"|^\s*(?:{NUMBER}|one|two|half)\s*(?:a\s+)?(?:{FORM})\b"
    r"|\b(?:at|every|each|per|in\s+the|a|before|after)\s+(?:other\s+)?"
    r"(?:\d+\s+)?(?:night|day|morning|evening|bedtime|bed|week|month|hours?|meals?)\b"
    r"|\b(?:as|when|if)\s+(?:needed|required)\b|\bdaily\b|\bweekly\b|\bnightly\b",
    re.IGNORECASE,
)
_MASS = r"(?:\s*(?:mgs?|mcgs?|μg|ug|g|grams?))?"
# Two strengths, as in “30/500”: a product of two ingredients, unlike the 120 mg/5 ml of a syrup.
MIXTURE = re.compile(
    rf"{NOT_AFTER_NUMBER}{NUMBER}{_MASS}\s*[/+]\s*\d{{2,}}(?:[.,]\d+)?{_MASS}(?![^\W_])",
    re.IGNORECASE,
)
JOINS = {"and", "with", "or", "for", "because"}
# Tylenol 2 and Tylenol 4 hold codeine too.
ONE_DIGIT = frozenset("123456789")
# Between two names it joins them; after one alone it may be part of another product’s name.
MAYBE_JOIN = "plus"
_SMALL = """
i a an the my some also only take takes taking took use using on of to it is am im bd tds od qds
prn po sometimes occasionally usually medicine medicines medication drug x er xr sr mr cr la xl dr
ir retard tablet tablets tab tabs capsule capsules cap caps pill pills liquid syrup suspension
solution granules sachet drops spray injection inhaler patch patches gel cream ointment
suppository suppositories
"""
_SALTS = """
hydrochloride hcl sodium potassium sulfate sulphate citrate maleate tartrate succinate mesylate
mesilate besylate besilate fumarate acetate phosphate hydrobromide
"""
SMALL_WORDS = frozenset(_SMALL.split())
SALTS = frozenset(_SALTS.split())
_NOTHING = """
none, nothing, nothing else, nil, no, n a, na, no other medicines, no medicines,
no other medication, i take nothing else, i take nothing, i do not take anything else
"""
TAKES_NOTHING = frozenset(phrase.strip() for phrase in _NOTHING.split(","))


@dataclass(frozen=True)
class Named:
    """The key of a name, and what was typed for it."""

    key: str
    entry: str


@dataclass(frozen=True)
class Rest:
    """Something typed that is in no list; partly holds the names in it that are."""

    entry: str
    partly: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Word:
    key: str
    start: int
    end: int
    is_dose: bool
    # Where a slash, a plus or a full stop stands before it, no name continues.
    is_first: bool
    is_of_a_mixture: bool

    @property
    def is_number(self) -> bool:
        """Whether it counts something: the 3 of “3 times a day”, unlike that of “Tylenol 3”."""
        return self.is_dose and self.key[0].isdigit()


@dataclass(frozen=True)
class _Match:
    first: int
    last: int
    name: str

    def lies_within(self, other: _Match) -> bool:
        return self != other and other.first <= self.first and self.last <= other.last


@dataclass(frozen=True)
class Index:
    """The rows by the name that sets them off, written without spaces."""

    rows: dict[str, tuple[Interaction, ...]]
    names: dict[str, str]
    guessable: tuple[str, ...]


def says_nothing_is_taken(text: str) -> bool:
    text = unicodedata.normalize("NFKC", text)
    return " ".join(key_of_word(word) for word in WORD.findall(text)) in TAKES_NOTHING


def read(text: str, index: Index) -> Iterator[Named | Rest]:
    """Every name in a text with what was typed for it, and everything that is none."""
    for piece in BREAK.split(unicodedata.normalize("NFKC", text)):
        yield from _read(ITEM.sub(" ", piece), index)


@lru_cache(maxsize=16)
def index_of(interactions: tuple[Interaction, ...]) -> Index:
    rows: dict[str, tuple[Interaction, ...]] = {}
    names: dict[str, str] = {}
    for interaction in interactions:
        for name in interaction.all_names:
            key = key_of(name)
            names.setdefault(key, name)
            if interaction not in rows.get(key, ()):
                rows[key] = (*rows.get(key, ()), interaction)
    guessable = tuple(key for key in rows if len(key) >= SHORTEST_GUESSED)
    return Index(rows, names, guessable)


def _words(piece: str) -> list[_Word]:
    mixtures = [match.span() for match in MIXTURE.finditer(piece)]
    doses = [*mixtures, *(match.span() for match in DOSE.finditer(piece))]
    words: list[_Word] = []
    end = 0
    for match in WORD.finditer(piece):
        start = match.start()
        is_first = not words or _ends_a_name(piece[end:start], words[-1])
        end = match.end()
        word = _Word(
            key=key_of_word(match[0]),
            start=start,
            end=end,
            is_dose=_lies_in(doses, start),
            is_first=is_first,
            is_of_a_mixture=_lies_in(mixtures, start),
        )
        words.append(word)
    return words


def _lies_in(spans: list[tuple[int, int]], place: int) -> bool:
    return any(first <= place < last for first, last in spans)


def _ends_a_name(between: str, before: _Word) -> bool:
    """Whether a sign ends the name before it; the full stop of “St.” does not."""
    is_full_stop = re.match(r"\.\s", between) and len(before.key) > LONGEST_SHORT_FORM
    return bool(is_full_stop or re.search(r"[/+&()\[\]]", between))


def _read(piece: str, index: Index) -> Iterator[Named | Rest]:
    """The names in one piece of text with what was typed for them, and what is left of it."""
    words = _words(piece)
    if not words:
        if any(unicodedata.category(char)[0] in "LNS" for char in piece):
            yield Rest(piece.strip())
        return
    matches = _matches(words, index)
    for segment in _segments(words, matches):
        inside = [match for match in matches if match.first in segment]
        yield from _judge(piece, words, segment, inside, index)


def _matches(words: list[_Word], index: Index) -> list[_Match]:
    """Every name that no longer name contains."""
    found = []
    for first in range(len(words)):
        for last in range(first, min(first + LONGEST_NAME_IN_WORDS, len(words))):
            if words[last].is_number or (last > first and words[last].is_first):
                break
            key = _known("".join(word.key for word in words[first : last + 1]), index)
            if key:
                found.append(_Match(first, last, key))
    return [match for match in found if not any(match.lies_within(other) for other in found)]


def _known(key: str, index: Index) -> str:
    """The name a key stands for, in the plural too; empty when there is none."""
    if key in index.rows:
        return key
    single = key.removesuffix("s")
    return single if len(single) >= SHORTEST_WITH_PLURAL and single in index.rows else ""


def _taken(matches: list[_Match]) -> set[int]:
    return {place for match in matches for place in range(match.first, match.last + 1)}


def _segments(words: list[_Word], matches: list[_Match]) -> list[list[int]]:
    """Places of the words, cut where “and”, “with”, a slash or a plus stands between names."""
    taken = _taken(matches)
    segments: list[list[int]] = [[]]
    for place, word in enumerate(words):
        between = {place - 1, place + 1} <= taken
        joins = word.key in JOINS or (word.key == MAYBE_JOIN and between)
        if (joins and place not in taken) or word.is_first:
            segments.append([])
        if not joins or place in taken:
            segments[-1].append(place)
    return [segment for segment in segments if segment]


def _judge(
    piece: str, words: list[_Word], segment: list[int], matches: list[_Match], index: Index
) -> Iterator[Named | Rest]:
    taken = _taken(matches)
    left = [place for place in segment if place not in taken and not words[place].is_dose]
    spoken = [place for place in left if not _says_nothing(words[place], is_named=bool(matches))]
    names = [match.name for match in matches]
    more = any(words[place].key in ONE_DIGIT for place in left)
    more = more or any(words[place].is_of_a_mixture for place in segment)
    if (spoken or (names and more)) and all(_is_undocumented(name, index) for name in names):
        # “Tylenol Sinus” is not plain Tylenol: one word of a longer name clears nothing.
        partly = tuple(dict.fromkeys(index.names[name] for name in names))
        yield Rest(_typed(piece, words, segment), partly)
        return
    for match in matches:
        yield Named(match.name, _typed(piece, words, [match.first, match.last]))
    if spoken:
        yield from (Rest(_typed(piece, words, run)) for run in _runs(spoken, taken))
    elif left and not matches:
        yield Rest(_typed(piece, words, segment))


def _says_nothing(word: _Word, *, is_named: bool) -> bool:
    """Whether a word beside a name adds nothing to it: a number, a form, a salt."""
    return word.key in SMALL_WORDS or word.key.isdigit() or (is_named and word.key in SALTS)


def _is_undocumented(name: str, index: Index) -> bool:
    return all(row.severity == Severity.NONE_DOCUMENTED for row in index.rows[name])


def _typed(piece: str, words: list[_Word], places: list[int]) -> str:
    return " ".join(piece[words[places[0]].start : words[places[-1]].end].split())


def _runs(places: list[int], taken: set[int]) -> list[list[int]]:
    """Places in groups that no matched word interrupts."""
    runs = groupby(places, key=lambda place: sum(match < place for match in taken))
    return [list(run) for _matches_before, run in runs]


def similar(entry: str, index: Index) -> list[str]:
    """Keys of the names nearest to the entry or to a few words in a row of it, nearest first."""
    words = [word.key for word in _words(entry) if not word.is_dose][:50]
    nearest: dict[str, int] = {}
    for key in dict.fromkeys(_windows(words)):
        if key in index.rows:
            continue
        for name, edits, _place in process.extract(
            key, index.guessable, scorer=OSA.distance, score_cutoff=2, limit=None
        ):
            allowed = 2 if len(name) >= SHORTEST_WITH_TWO_EDITS else 1
            if edits <= allowed:
                nearest[name] = min(edits, nearest.get(name, edits))
    order = {name: (edits, index.rows[name][0].severity.rank) for name, edits in nearest.items()}
    return sorted(nearest, key=order.__getitem__)[:MOST_GUESSES]


def _windows(words: list[str]) -> Iterator[str]:
    for first in range(len(words)):
        if words[first].isdigit():
            continue
        for last in range(first + 1, min(first + 4, len(words)) + 1):
            key = "".join(words[first:last])
            if len(key) >= SHORTEST_GUESSED - 1 and key not in SMALL_WORDS | SALTS:
                yield key
