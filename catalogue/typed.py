"""Finds in what somebody typed the names of medicines, and what is none that we know."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalogue.meanings import ONE_SLIP_FROM, TWO_SLIPS_FROM, Index, Meaning
from catalogue.names import WORD, key_of_word
from catalogue.vocabulary.doses import lies_in, spans
from catalogue.vocabulary.small_words import small_words

MOST_GUESSES = 5
LONGEST_NAME_IN_WORDS = 6
LONGEST_SHORT_FORM = 3
# Drinks a day from which an amount is a large one: our caution, no source.
LARGE_FROM_DRINKS = 5
MOST_DRINKS = 999

LINES = re.compile(r"[\n\r\v\f\x00\x85\u2028\u2029]")
BREAK = re.compile(r"[\t;|•·‣◦▪●、。，：]|(?<!\d),|,(?!\d)|\s[-–—*]+\s")
ITEM = re.compile(r"^\s*(?:[-–—*]+|\d{1,2}[.)](?=\s))")
ENDS_A_NAME = re.compile(r"[/+&()\[\]:=?!]")
# Behind it stands what a name is for: “bisoprolol (heart)”.
EXPLAINS = re.compile(r"[(:=]\s*$")
VALENCE = re.compile(r"\(I{2,3}\)", re.IGNORECASE)
# Tylenol 2 and Tylenol 4 hold codeine too.
ONE_DIGIT = frozenset("123456789")
# Between two names it joins them; after one alone it may be part of another product’s name.
MAYBE_JOIN = "plus"


@dataclass(frozen=True)
class Named:
    """What a name means, and what was typed for it."""

    meaning: Meaning
    entry: str


@dataclass(frozen=True)
class Rest:
    """Something typed that is not known; partly holds the names in it that are."""

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

    @property
    def is_small(self) -> bool:
        """Whether it names nothing: a dose, a form, a time."""
        return self.is_dose or self.key.isdigit() or self.key in small_words().names_nothing


@dataclass(frozen=True)
class _Match:
    first: int
    last: int
    meaning: Meaning

    @property
    def places(self) -> range:
        return range(self.first, self.last + 1)

    def lies_within(self, other: _Match) -> bool:
        return self != other and other.first <= self.first and self.last <= other.last

    def yields_to(self, other: _Match) -> bool:
        """A longer name counts, unless it would hide what is known of the name inside it."""
        if self.lies_within(other):
            hidden = not self.meaning.is_weak and not self.meaning.is_undocumented
            return not (hidden and other.meaning.is_undocumented)
        return other.lies_within(self) and not other.yields_to(self)


@dataclass(frozen=True)
class _Piece:
    """One piece of a text: its words, and the names in them."""

    text: str
    words: list[_Word]
    matches: list[_Match]

    @property
    def taken(self) -> set[int]:
        return {place for match in self.matches for place in match.places}

    def typed(self, places: list[int]) -> str:
        return " ".join(self.text[self.words[places[0]].start : self.words[places[-1]].end].split())

    def keys(self, places: list[int]) -> list[str]:
        return [self.words[place].key for place in places]


def read(text: str, index: Index) -> Iterator[Named | Rest]:
    """Every name in a text with what was typed for it, and everything that is none."""
    for line in LINES.split(unicodedata.normalize("NFKC", text)):
        names_something = False
        for piece in BREAK.split(line):
            if small_words().says_nothing_is_taken(piece):
                continue
            found = [each for one in _read(ITEM.sub(" ", piece), index) for each in _each(one)]
            names_it = any(isinstance(each, Named) for each in found)
            # “Sleeping pills” is a name, though both of its words may stand in a reason.
            if names_it or not (names_something and small_words().is_a_reason(piece)):
                yield from found
            names_something |= names_it


def _each(found: Named | Rest) -> Iterator[Named | Rest]:
    """A name that may be several things as each of them."""
    if isinstance(found, Named) and found.meaning.one_of:
        yield from (Named(meaning, found.entry) for meaning in found.meaning.one_of)
    else:
        yield found


def _read(text: str, index: Index) -> Iterator[Named | Rest]:
    """The names in one piece of text with what was typed for them, and what is left of it."""
    words = _words(text)
    if not words:
        if any(unicodedata.category(char)[0] in "LNS" for char in text):
            yield Rest(text.strip())
        return
    if small_words().says_not_sure(text):
        yield Rest(" ".join(text.split()))
        return
    piece = _Piece(text, words, _matches(words, index))
    said_whole = list(_said_whole(piece, index))
    yield from said_whole
    if said_whole and not piece.matches:
        return
    for segment, is_reason in _segments(piece):
        if not (is_reason and _is_a_reason(piece, segment)):
            yield from _judge(piece, segment, index)


def _said_whole(piece: _Piece, index: Index) -> Iterator[Named]:
    """What a piece says as a whole: what a medicine is for, or a large amount of drink."""
    text = " ".join(piece.text.split())
    if not piece.matches and (use := _by_its_use(piece, index)):
        yield Named(use, text)
    elif index.large_amount and _is_a_large_amount(piece):
        yield Named(index.large_amount, text)


def _words(text: str) -> list[_Word]:
    doses, mixtures = spans(text)
    words: list[_Word] = []
    end = 0
    for match in WORD.finditer(text):
        start = match.start()
        is_first = not words or _ends_a_name(text[end:start], words[-1])
        if is_first and words and _is_a_valence(text, match, words[-1]):
            is_first = False
        end = match.end()
        word = _Word(
            key=key_of_word(match[0]),
            start=start,
            end=end,
            is_dose=lies_in(doses, start),
            is_first=is_first,
            is_of_a_mixture=lies_in(mixtures, start),
        )
        words.append(word)
    return words


def _is_a_valence(text: str, word: re.Match[str], before: _Word) -> bool:
    """Whether brackets hold how an element is bound: the (II) of “Eisen(II)-sulfat”, and behind it."""
    around = text[max(word.start() - 1, 0) : word.end() + 1]
    return bool(VALENCE.fullmatch(around)) or (
        before.key in {"ii", "iii"} and text[before.start - 1 : before.end + 1].endswith(")")
    )


def _ends_a_name(between: str, before: _Word) -> bool:
    """Whether a sign ends the name before it; the full stop of “St.” does not."""
    is_full_stop = re.match(r"\.\s", between) and len(before.key) > LONGEST_SHORT_FORM
    return bool(is_full_stop or ENDS_A_NAME.search(between))


def _matches(words: list[_Word], index: Index) -> list[_Match]:
    """Every name, the longer before the one inside it; a common word only where it stands alone."""
    found = []
    for first in range(len(words)):
        for last in range(first, min(first + LONGEST_NAME_IN_WORDS, len(words))):
            if words[last].is_number or (last > first and words[last].is_first):
                break
            meaning = index.find("".join(word.key for word in words[first : last + 1]))
            # “Caps” names something only where nothing else is said; “clobazam as” is “clobazam”.
            small = words[last].is_small and (first < last or len(words) > 1)
            if meaning and not (small and (first == last or not meaning.is_spelt_so)):
                found.append(_Match(first, last, meaning))
    kept = [match for match in found if not any(match.yields_to(other) for other in found)]
    return [match for match in kept if not match.meaning.is_weak or _is_alone(match, words, kept)]


def _is_alone(match: _Match, words: list[_Word], matches: list[_Match]) -> bool:
    """Whether around a common word stand only small words, in its own part of the text."""
    others = {place for each in matches if each != match for place in each.places}
    around = small_words().around_drink | small_words().every_day
    for step in (-1, 1):
        place = match.first - 1 if step < 0 else match.last + 1
        while 0 <= place < len(words):
            word = words[place]
            if word.key in small_words().joins or place in others:
                break
            if not (word.is_small or word.key in around):
                return False
            if word.is_first and step < 0:
                break
            place += step
    return True


def _segments(piece: _Piece) -> list[tuple[list[int], bool]]:
    """Places of the words, cut where “and”, “for”, a slash or a plus stands between names.

    With each whether it says what something is for, as all behind “for” does.
    """
    taken, small = piece.taken, small_words()
    segments: list[tuple[list[int], bool]] = [([], False)]
    for place, word in enumerate(piece.words):
        between = {place - 1, place + 1} <= taken
        joins = word.key in small.joins or (word.key == MAYBE_JOIN and between)
        if (joins and place not in taken) or word.is_first:
            explains = EXPLAINS.search(piece.text[: word.start])
            is_reason = bool(explains) or segments[-1][1] or word.key in small.because
            segments.append(([], is_reason))
        if not joins or place in taken:
            segments[-1][0].append(place)
    return [segment for segment in segments if segment[0]]


def _is_a_reason(piece: _Piece, segment: list[int]) -> bool:
    """Whether it says what something is for: “back pain”, behind “for”."""
    words = [piece.words[place] for place in segment]
    is_one = all(word.is_small or word.key in small_words().reasons for word in words)
    return is_one and bool(piece.matches) and not piece.taken & {*segment}


def _by_its_use(piece: _Piece, index: Index) -> Meaning | None:
    """A kind of medicine said by what it is for: “something for my blood pressure”."""
    small = small_words()
    if not small.because & {word.key for word in piece.words}:
        return None
    told = (word for word in piece.words if not word.is_small and word.key not in small.joins)
    use = "".join(word.key for word in told)
    kinds = [
        *(use + word for word in small.behind_a_use),
        *(words + use for words in small.before_a_use),
    ]
    found = (index.own.get(key) for key in sorted(kinds)) if use else ()
    return next((meaning for meaning in found if meaning), None)


def _is_a_large_amount(piece: _Piece) -> bool:
    """Whether somebody names a large amount of drink a day: “8 cans a day”, “a bottle of gin”."""
    small = small_words()
    words = {word.key for word in piece.words}
    if not words & small.every_day and not any(word.is_dose for word in piece.words):
        return False
    if words & small.large_drinks and any(_is_drink(match.meaning) for match in piece.matches):
        return True
    places = [place for place, word in enumerate(piece.words) if word.key in small.drinks]
    return any(_is_a_large_number(piece.words[max(place - 3, 0) : place]) for place in places)


def _is_a_large_number(words: list[_Word]) -> bool:
    numbers = [int(word.key) for word in words if word.key.isdecimal()]
    return any(LARGE_FROM_DRINKS <= each <= MOST_DRINKS for each in numbers)


def _is_drink(meaning: Meaning) -> bool:
    return "alcohol" in meaning.rows


def _judge(piece: _Piece, segment: list[int], index: Index) -> Iterator[Named | Rest]:
    matches = [match for match in piece.matches if match.first in segment]
    taken = {place for match in matches for place in match.places}
    left = [place for place in segment if place not in taken and not piece.words[place].is_dose]
    spoken = [place for place in left if not _says_nothing(piece.words[place], matches)]
    if not matches:
        if spoken:
            yield _unnamed(piece, segment, spoken, index)
        return
    if _may_be_another(piece, segment, matches, left, spoken):
        partly = tuple(dict.fromkeys(match.meaning.name for match in matches))
        yield Rest(piece.typed(segment), partly)
        return
    for match in matches:
        yield Named(match.meaning, piece.typed([match.first, match.last]))
    for run in _runs(spoken, taken):
        yield _unnamed(piece, run, run, index)


def _may_be_another(
    piece: _Piece, segment: list[int], matches: list[_Match], left: list[int], spoken: list[int]
) -> bool:
    """Whether it may be another product: “Tylenol Sinus”, “Tylenol 2” are not plain Tylenol.

    One word of a longer name clears nothing.
    """
    if not all(match.meaning.is_undocumented for match in matches):
        return False
    if not any(match.meaning.rules for match in matches):
        return bool(small_words().qualifiers & {*piece.keys(spoken)})
    is_more = any(piece.words[place].key in ONE_DIGIT for place in left)
    return is_more or bool(spoken) or any(piece.words[place].is_of_a_mixture for place in segment)


def _unnamed(piece: _Piece, whole: list[int], spoken: list[int], index: Index) -> Named | Rest:
    """A name that is misspelt so that it can only be one; else what is not known."""
    for places in (whole, spoken):
        keys = [word.key for word in map(piece.words.__getitem__, places) if not word.is_dose]
        if len(keys) <= LONGEST_NAME_IN_WORDS and (meaning := index.misspelt("".join(keys))):
            return Named(meaning, piece.typed(places))
    return Rest(piece.typed(whole))


def _says_nothing(word: _Word, matches: list[_Match]) -> bool:
    """Whether a word adds nothing: a number, a form; beside a name, a salt, its maker, a reason."""
    small = small_words()
    if word.key in small.qualifiers:
        # “Panadol Night” is not plain Panadol; “amitriptyline, night” is amitriptyline.
        return not all(match.meaning.is_undocumented for match in matches) or not matches
    beside = small.beside_a_name if matches else frozenset()
    clears = all(match.meaning.is_undocumented and match.meaning.rules for match in matches)
    return word.is_small or word.key in beside or (not clears and word.key in small.reasons)


def _runs(places: list[int], taken: set[int]) -> list[list[int]]:
    """Places in groups that no matched word interrupts."""
    runs = groupby(places, key=lambda place: sum(match < place for match in taken))
    return [list(run) for _matches_before, run in runs]


def similar(entry: str, index: Index) -> list[str]:
    """Keys of the names nearest to the entry or to a few words in a row of it, nearest first."""
    words = [word.key for word in _words(entry) if not word.is_dose][:50]
    nearest: dict[str, int] = {}
    for key in dict.fromkeys(_windows(words)):
        if key in index.own:
            continue
        for name, edits, _place in process.extract(
            key, index.guessable, scorer=OSA.distance, score_cutoff=2, limit=None
        ):
            allowed = 2 if len(name) >= TWO_SLIPS_FROM - 1 else 1
            if edits <= allowed:
                nearest[name] = min(int(edits), nearest.get(name, int(edits)))
    order = {name: (edits, index.own[name].rank) for name, edits in nearest.items()}
    return sorted(nearest, key=order.__getitem__)[:MOST_GUESSES]


def _windows(words: list[str]) -> Iterator[str]:
    nothing = small_words().small | small_words().salts
    for first in range(len(words)):
        if words[first].isdigit():
            continue
        for last in range(first + 1, min(first + 4, len(words)) + 1):
            key = "".join(words[first:last])
            if len(key) >= ONE_SLIP_FROM - 2 and key not in nothing:
                yield key
