"""What somebody's own words say about their illnesses: a net under the questions, not a diagnosis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from rapidfuzz.distance import OSA

from catalogue.names import WORD, key_of_word
from shop.datafiles import Text, held_to, read_file

FOLDER = Path(__file__).resolve().parent
MEDICINES = FOLDER.parent / "medicines"
FILE = "conditions.yaml"
UNSURE = "unsure"
ALLERGIES = "allergies"
PAST, HEALED, NOW, REACTIONS = "past", "healed", "now", "reactions"
LONGEST_PHRASE = 6
# A longer clause is read in parts, so that no text takes long.
LONGEST_CLAUSE = 25
# Letters of a phrase from which one slip of the finger is forgiven, and two.
ONE_SLIP_FROM, TWO_SLIPS_FROM = 6, 10
# “Stroke? No.” and “stroke - none” are one clause.
DENIAL_ALONE = re.compile(
    r"\s*(?:[?:]|\s[-–—])\s*(?=(?:no|none|never|nein|nie|nunca)\b\W*(?:$|[,.;\n]))", re.IGNORECASE
)
END_OF_SENTENCE = re.compile(r"[.!?;\n\r\u2028\u2029]+")
END_OF_CLAUSE = re.compile(r"[,()\[\]/]|\s[-–—]+\s")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

Phrases = tuple[Text, ...]
# A question and the code of its answer; nothing where a phrase means something else.
Meaning = tuple[str, str] | None


@dataclass(frozen=True)
class Found:
    """An answer found in a text: the question's name, its code, and the words it was read from."""

    question: str
    code: str
    words: str


@dataclass(frozen=True)
class Reading:
    """What a text says; whatever else stands in it, somebody has to read."""

    found: tuple[Found, ...]
    is_all_understood: bool


@dataclass(frozen=True)
class _Own:
    """A medicine's own words."""

    conditions: dict[str, dict[str, Phrases]]
    allergens: dict[str, Phrases] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Words(_Own):
    """What is said of illnesses, and the small words that turn it round."""

    turns: dict[str, dict[str, Text]]
    not_meant: Phrases
    look_alikes: Phrases
    negators: Phrases
    ends_negation: Phrases
    denied_after: Phrases
    denied_by: Phrases
    no_longer: Phrases
    others: Phrases
    in_family: Phrases
    feared: Phrases
    feared_after: Phrases
    doubted: Phrases
    past: Phrases
    healed: Phrases
    now: Phrases
    reactions: Phrases
    breaks: Phrases
    nothing: Phrases
    fillers: Phrases


@dataclass(frozen=True)
class Index:
    """The phrases by their letters, without what parts their words."""

    meanings: dict[str, Meaning]
    # What may be misspelt, by first letter and number of words.
    guessable: dict[tuple[str, int], list[str]]
    allergens: dict[str, str]
    turns: dict[str, dict[str, str]]
    small: dict[str, frozenset[str]]

    def has(self, kind: str, words: list[str]) -> bool:
        """Whether a phrase of this kind stands among the words."""
        return any(key in self.small[kind] for _first, _last, key in _windows(words))

    def ends_with(self, kind: str, words: list[str]) -> bool:
        last = len(words)
        return any(end == last and key in self.small[kind] for _, end, key in _windows(words))

    def starts_with(self, kind: str, words: list[str]) -> bool:
        return any(not first and key in self.small[kind] for first, _end, key in _windows(words))


@dataclass(frozen=True)
class _Match:
    """The words from first to before end, and what they mean."""

    first: int
    end: int
    meaning: Meaning


@dataclass(frozen=True)
class _Clause:
    typed: tuple[str, ...]
    words: list[str]
    # Of the small words, which kinds stand in its sentence.
    sentence: frozenset[str]
    is_after_comma: bool

    def before(self, match: _Match) -> list[str]:
        return self.words[: match.first]

    def behind(self, match: _Match) -> list[str]:
        return self.words[match.end :]

    def said(self, match: _Match) -> str:
        return " ".join(self.typed[match.first : match.end])


def conditions_in(text: str, *, is_about_allergies: bool = False) -> tuple[Found, ...]:
    """The answers that a text gives, each once, in its order.

    What it denies (“never had fits”), says of a parent or a friend, or fears, is not among them;
    what it doubts has the code ``unsure``. The code of an allergy is its substance, of a medicine
    the name of its folder. Where allergies are asked, the bare name of a substance is one.
    """
    return read_conditions(text, is_about_allergies=is_about_allergies).found


def read_conditions(text: str, *, is_about_allergies: bool = False) -> Reading:
    """The answers that a text gives, and whether that is all that stands in it."""
    index = index_of_conditions()
    if key_of_phrase(text) in {"", *index.small["nothing"]}:
        return Reading((), is_all_understood=not text.strip() or bool(key_of_phrase(text)))
    found: dict[tuple[str, str], Found] = {}
    is_all, is_denied = True, False
    for clause in _clauses(text, index):
        matches = _matches(clause, index)
        matches += _allergens(clause, matches, index, bare_counts=is_about_allergies)
        is_bare = _is_covered(clause, matches, index)
        carries_on = is_denied and clause.is_after_comma and is_bare
        meant = [] if carries_on else [each for each in matches if _is_meant(each, clause, index)]
        for match in meant:
            answer = _answer(match, clause, index)
            found.setdefault((answer.question, answer.code), answer)
        is_all = is_all and _is_covered(clause, meant, index)
        is_denied = carries_on or any(_is_denied(each, clause, index) for each in matches)
    return Reading(tuple(found.values()), is_all)


def key_of_phrase(text: str) -> str:
    return "".join(_keys(text))


@cache
def index_of_conditions() -> Index:
    """The shared vocabulary with the words of every medicine. Raises FilesInvalid."""
    words = held_to(_Words, read_file(FOLDER / FILE))
    own = [held_to(_Own, read_file(path)) for path in sorted(MEDICINES.glob(f"*/{FILE}"))]
    meanings: dict[str, Meaning] = dict.fromkeys(_forms(words.not_meant))
    guessable: dict[tuple[str, int], list[str]] = {}
    for question, code, phrase in _phrases([*own, words]):
        for key in _forms((phrase,)):
            meanings.setdefault(key, (question, code))
            guessable.setdefault((key[0], len(_keys(phrase))), []).append(key)
    allergens = {
        key: name
        for each in [*own, words]
        for name, said in each.allergens.items()
        for key in _forms(said)
    }
    kinds = {name: _forms(said) for name, said in vars(words).items() if isinstance(said, tuple)}
    return Index(meanings, guessable, allergens, words.turns, kinds)


def _phrases(vocabularies: list[_Own]) -> Iterator[tuple[str, str, str]]:
    for each in vocabularies:
        for question, codes in each.conditions.items():
            for code, phrases in codes.items():
                yield from ((question, code, phrase) for phrase in phrases)


def _forms(phrases: Phrases) -> frozenset[str]:
    """Keys of phrases, with umlauts as they are and written as two letters."""
    lower = [phrase.casefold() for phrase in phrases]
    return frozenset(map(key_of_phrase, [*lower, *(each.translate(UMLAUTS) for each in lower)]))


def _keys(text: str) -> list[str]:
    return [key_of_word(word) for word in WORD.findall(text)]


def _windows(words: list[str]) -> Iterator[tuple[int, int, str]]:
    """A few words in a row, the longest first: from, to before which, and written as one."""
    for first in range(len(words)):
        for end in range(min(first + LONGEST_PHRASE, len(words)), first, -1):
            yield first, end, "".join(words[first:end])


def _clauses(text: str, index: Index) -> Iterator[_Clause]:
    for sentence in END_OF_SENTENCE.split(DENIAL_ALONE.sub(" ", text)):
        whole = _keys(sentence)
        kinds = frozenset(kind for kind in (HEALED, NOW, REACTIONS) if index.has(kind, whole))
        for place, part in enumerate(END_OF_CLAUSE.split(sentence)):
            yield from _clauses_of(part, kinds, index, is_after_comma=place > 0)


def _clauses_of(
    part: str, kinds: frozenset[str], index: Index, *, is_after_comma: bool
) -> Iterator[_Clause]:
    typed, words = WORD.findall(part), _keys(part)
    long = range(LONGEST_CLAUSE, len(words), LONGEST_CLAUSE)
    starts = sorted({0, *_breaks(words, index), *long, len(words)})
    for start, end in pairwise(starts):
        is_after = is_after_comma and not start
        yield _Clause(tuple(typed[start:end]), words[start:end], kinds, is_after)


def _breaks(words: list[str], index: Index) -> list[int]:
    """Where “but”, “and I have” begin another clause; “I have never” and “no tengo” do not."""
    found = [(first, end) for first, end, key in _windows(words) if key in index.small["breaks"]]
    negators = index.small["negators"]
    return [
        first
        for first, end in found
        if first and words[first - 1] not in negators and not negators & {*words[end : end + 1]}
    ]


def _matches(clause: _Clause, index: Index) -> list[_Match]:
    """Phrases of the clause, each word in one: exact before misspelt, longer before shorter."""
    windows = list(_windows(clause.words))
    exact = [
        _Match(first, end, index.meanings[key])
        for first, end, key in windows
        if key in index.meanings
    ]
    kept = _apart(exact, [])
    rest = [window for window in windows if not _overlaps(window[0], window[1], kept)]
    return _apart([match for window in rest for match in _misspelt(*window, index)], kept)


def _apart(matches: list[_Match], kept: list[_Match]) -> list[_Match]:
    for match in sorted(matches, key=lambda each: (each.first - each.end, each.first)):
        if not _overlaps(match.first, match.end, kept):
            kept = [*kept, match]
    return sorted(kept, key=lambda each: each.first)


def _overlaps(first: int, end: int, matches: list[_Match]) -> bool:
    return any(first < each.end and each.first < end for each in matches)


def _misspelt(first: int, end: int, key: str, index: Index) -> Iterator[_Match]:
    if len(key) < ONE_SLIP_FROM - 1 or key in index.small["look_alikes"]:
        return
    for name in index.guessable.get((key[0], end - first), ()):
        slips = 2 if len(name) >= TWO_SLIPS_FROM else 1
        if len(name) >= ONE_SLIP_FROM and OSA.distance(key, name, score_cutoff=slips) <= slips:
            yield _Match(first, end, index.meanings[name])
            return


def _allergens(
    clause: _Clause, matches: list[_Match], index: Index, *, bare_counts: bool
) -> list[_Match]:
    """Substances beside a word of reaction; where allergies are asked, without one too."""
    if not (bare_counts or REACTIONS in clause.sentence):
        return []
    return _apart(
        [
            _Match(first, end, (ALLERGIES, index.allergens[key]))
            for first, end, key in _windows(clause.words)
            if key in index.allergens and not _overlaps(first, end, matches)
        ],
        [],
    )


def _is_covered(clause: _Clause, matches: list[_Match], index: Index) -> bool:
    left = [
        word
        for place, word in enumerate(clause.words)
        if not _overlaps(place, place + 1, matches) and word not in index.small["fillers"]
    ]
    return not left


def _is_meant(match: _Match, clause: _Clause, index: Index) -> bool:
    return match.meaning is not None and not (
        _is_denied(match, clause, index) or _is_not_theirs(match, clause, index)
    )


def _is_denied(match: _Match, clause: _Clause, index: Index) -> bool:
    before, behind = clause.before(match), clause.behind(match)
    if index.starts_with("denied_after", behind) or index.has("denied_by", behind):
        return True
    denied = False
    for place, word in enumerate(before):
        if word in index.small["negators"]:
            denied = not index.ends_with("no_longer", before[: place + 2])
        elif word in index.small["ends_negation"]:
            denied = False
    return denied


def _is_not_theirs(match: _Match, clause: _Clause, index: Index) -> bool:
    """Whether it is a relative's, or only feared."""
    before, behind = clause.before(match), clause.behind(match)
    return (
        index.has("others", before)
        or index.has("in_family", clause.words)
        or index.has("feared", before)
        or index.starts_with("feared_after", behind)
    )


def _answer(match: _Match, clause: _Clause, index: Index) -> Found:
    assert match.meaning is not None  # noqa: S101 (of those that are meant)
    question, code = match.meaning
    if question != ALLERGIES and index.has("doubted", clause.words):
        return Found(question, UNSURE, clause.said(match))
    return Found(question, _turned(question, code, match, clause, index), clause.said(match))


def _turned(question: str, code: str, match: _Match, clause: _Clause, index: Index) -> str:
    """The code by when it was: once, healed, or now; where a text says two of these, as it was."""
    turns = index.turns.get(question, {})
    said = {kind for kind in turns if index.has(kind, clause.words)}
    said |= turns.keys() & clause.sentence if HEALED in turns.keys() & clause.sentence else set()
    said |= {kind for kind in turns if kind == PAST and _is_over(match, clause, index)}
    return turns[said.pop()] if len(said) == 1 else code


def _is_over(match: _Match, clause: _Clause, index: Index) -> bool:
    return index.has("no_longer", clause.before(match))
