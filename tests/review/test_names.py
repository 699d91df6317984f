"""Whether a name on the paper is the name that the patient gave."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.review.comparison import name_of
from shop.spelling import are_alike, spellings, words


def is_same(one: str, other: str) -> bool:
    return are_alike(name_of(one), name_of(other))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Zoë Müller", "Zoe Mueller"),
        ("Zoë Müller", "ZOE MULLER"),
        ("Łukasz Żak", "Lukasz Zak"),
        ("Anna Archer", "Archer, Anna"),
        ("Anna Archer", "Archer, Dr Anna"),
        ("Anna Maria de la Cruz", "de la Cruz, Anna Maria"),
        ("Dr. Anna Archer", "Anna Archer"),
        ("Søren Bøgh", "Soren Boegh"),
        ("Đorđe Šimić", "Djordje Simic"),
        ("Seán O’Brien", "Sean O'Brien"),
        ("Anne-Marie Weiß", "Anne Marie Weiss"),
        ("Ѓорѓи Ёлкин", "Ѓорѓи Елкин"),
        ("أحمد", "احمد"),
        ("राम कुमार", "राम  कुमार"),
        ("สมชาย", "สมชาย"),
        ("Nguyễn Văn", "Nguyen Van"),
    ],
)
def test_the_same_name_spelt_otherwise_is_the_same(said: str, read: str) -> None:
    assert is_same(said, read)
    assert is_same(read, said)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("राम", "रीमा"),
        ("राम", "रम"),
        ("मीना", "मना"),
        ("สมชัย", "สมชาย"),
        ("น้ำ", "นำ"),
        ("Anna Archer", "Anna Archers"),
        ("James Thomas", "Thomas James"),
        ("Anna Archer", "Arthur Archer"),
        ("Muller", "Mueller"),
        ("Jose Silva", "Jose"),
        ("Андрей", "Андреи"),
        ("", "Anna"),
    ],
)
def test_another_name_is_another(said: str, read: str) -> None:
    assert not is_same(said, read)
    assert not is_same(read, said)


def letters(first: str, last: str) -> str:
    span = map(chr, range(ord(first), ord(last) + 1))
    return "".join(sign for sign in span if unicodedata.category(sign)[0] in "LM")


DEVANAGARI = st.text(letters("ऀ", "ॣ"), min_size=1, max_size=8)
THAI = st.text(letters("ก", "๎"), min_size=1, max_size=8)
LATIN = st.text(letters("A", "ž"), min_size=1, max_size=12)


@given(st.one_of(DEVANAGARI, THAI), st.one_of(DEVANAGARI, THAI))
def test_a_vowel_sign_makes_another_name(one: str, other: str) -> None:
    same = [unicodedata.normalize("NFKC", each) for each in (one, other)]

    assert is_same(one, other) == (same[0] == same[1])


@given(LATIN, LATIN)
def test_marks_case_and_the_order_with_a_comma_make_no_difference(given: str, family: str) -> None:
    spoken = f"{given} {family}x"
    bare = "".join(
        sign
        for sign in unicodedata.normalize("NFD", spoken)
        if not unicodedata.category(sign).startswith("M")
    )

    assert is_same(spoken, bare.upper())
    assert is_same(spoken, unicodedata.normalize("NFD", spoken))
    assert is_same(spoken, f"{family}x, {given}") or given.casefold() in {"dr", "mr", "ms"}


@given(st.text(max_size=40))
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert are_alike(words(text), words(text))


def test_a_word_of_many_umlauts_has_not_more_spellings_than_can_be_counted() -> None:
    assert len(spellings("ü" * 60)) == 1
