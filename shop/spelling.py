"""One name however it is spelt: Łukasz and Lukasz, Müller and Mueller, but राम is not रीमा."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import product

# Scripts in which a mark above or below a letter may be left out and the name stays the same. In
# others, such as Devanagari and Thai, marks are vowels.
MARKS_MAY_GO = ("LATIN", "GREEK", "ARABIC", "HEBREW")
# Letters that no decomposition takes apart, each with how it is written without it.
WITHOUT = {
    "ł": ("l",),
    "đ": ("d", "dj"),
    "ð": ("d",),
    "þ": ("th",),
    "æ": ("ae",),
    "œ": ("oe",),
    "ø": ("o", "oe"),
    "å": ("a", "aa"),
    "ä": ("a", "ae"),
    "ö": ("o", "oe"),
    "ü": ("u", "ue"),
    "ı": ("i",),
    "ħ": ("h",),
    "ё": ("е",),
}
NOT_WRITTEN = frozenset("'’‘ʼʻ`´\u200c\u200d")
# A longer word is one letter sequence only: nobody's name has so many of these letters.
MOST_SPELLINGS = 64


def spellings(word: str) -> frozenset[str]:
    """The ways in which one word may be written without marks, in small letters."""
    ways = [_ways(letter) for letter in _letters(word)]
    found = product(*ways) if _many(ways) <= MOST_SPELLINGS else [[way[0] for way in ways]]
    return frozenset("".join(each) for each in found)


def words(text: str) -> list[str]:
    """The words of a text in small letters with their marks; apostrophes join, all else parts."""
    small = unicodedata.normalize("NFC", text.casefold())
    return "".join(
        sign if sign.isalnum() or _is_mark(sign) else " "
        for sign in small
        if sign not in NOT_WRITTEN
    ).split()


def are_alike(one: list[str], other: list[str]) -> bool:
    """Whether two texts in words are the same, word for word."""
    return len(one) == len(other) and all(
        not spellings(left).isdisjoint(spellings(right))
        for left, right in zip(one, other, strict=True)
    )


def _many(ways: list[tuple[str, ...]]) -> int:
    many = 1
    for each in ways:
        many *= len(each)
    return many


def _letters(word: str) -> Iterator[str]:
    """Each letter with the marks that belong to it."""
    letter = ""
    for sign in unicodedata.normalize("NFC", word.casefold()):
        if letter and not _is_mark(sign):
            yield letter
            letter = ""
        letter += sign
    if letter:
        yield letter


def _ways(letter: str) -> tuple[str, ...]:
    if letter in WITHOUT:
        return WITHOUT[letter]
    apart = unicodedata.normalize("NFKD", letter)
    if not unicodedata.name(apart[0], "").startswith(MARKS_MAY_GO):
        return (unicodedata.normalize("NFC", apart),)
    return ("".join(sign for sign in apart if not _is_mark(sign)),)


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M")
