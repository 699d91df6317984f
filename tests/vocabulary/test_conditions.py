"""What is read from people's own words about their illnesses."""

import time
from pathlib import Path

import pytest
import textstat

from catalogue.vocabulary.conditions import (
    FILE,
    FOLDER,
    conditions_in,
    index_of_conditions,
    key_of_phrase,
    read_conditions,
)
from shop.datafiles import read_file

WRITTEN = read_file(Path(__file__).with_name("conditions.yaml"))
PHRASES = [
    (question, code, phrase)
    for question, codes in read_file(FOLDER / FILE)["conditions"].items()
    for code, phrases in codes.items()
    for phrase in phrases
]
# A phrase that is a denial itself: “can't swallow”, “dejo de respirar”.
DENIALS = ("ex ", "former ", "recovering ", "trockener ")


def answers(text, **about):
    return {f"{found.question}={found.code}" for found in conditions_in(text, **about)}


@pytest.mark.parametrize(("text", "expected"), WRITTEN["says"].items())
def test_what_people_write_gives_its_answers(text, expected):
    assert answers(text) == set(expected.split())


@pytest.mark.parametrize("text", WRITTEN["says_nothing"])
def test_what_is_denied_or_another_persons_or_something_else_gives_none(text):
    assert answers(text) == set()


@pytest.mark.parametrize(("text", "expected"), WRITTEN["allergies"].items())
def test_where_allergies_are_asked_the_bare_name_is_one(text, expected):
    assert answers(text, is_about_allergies=True) == set(expected.split())


def test_a_medicine_named_elsewhere_is_no_allergy():
    assert answers("baclofen for my legs since 2010") == set()


@pytest.mark.parametrize("text", WRITTEN["all_understood"])
def test_nothing_is_left_to_read_of_a_text_that_is_understood(text):
    assert read_conditions(text).is_all_understood


@pytest.mark.parametrize("text", WRITTEN["read_this"])
def test_whatever_is_not_an_answer_is_left_to_read(text):
    assert not read_conditions(text).is_all_understood


@pytest.mark.parametrize("pattern", ["{}", "I have {}.", "Since 2010: {}, and more", "{}\n"])
def test_every_phrase_gives_its_answer(pattern):
    missed = [
        (phrase, question, answers(pattern.format(phrase)))
        for question, _code, phrase in PHRASES
        if question not in {a.split("=")[0] for a in answers(pattern.format(phrase))}
    ]

    assert len(PHRASES) > 600
    assert missed == []


@pytest.mark.parametrize("pattern", ["no {}", "I never had {}", "my mother has {}", "keine {}"])
def test_no_phrase_speaks_when_it_is_denied_or_a_mothers(pattern):
    spoke = [
        phrase
        for _question, _code, phrase in PHRASES
        if not phrase.startswith(DENIALS) and answers(pattern.format(phrase))
    ]

    assert spoke == []


def with_one_slip(phrase):
    """The phrase with two letters changed over in the middle of its longest word."""
    word = max(phrase.split(), key=len)
    middle = len(word) // 2
    swapped = word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]
    return phrase.replace(word, swapped, 1)


def test_a_slip_of_the_finger_is_forgiven_in_a_long_word():
    long = [
        (question, phrase)
        for question, _code, phrase in PHRASES
        if max(map(len, phrase.split())) >= 7 and phrase.isascii()
    ]
    missed = [
        (phrase, with_one_slip(phrase))
        for question, phrase in long
        if not any(a.startswith(question) for a in answers(with_one_slip(phrase)))
    ]

    assert len(long) > 200
    assert missed == []


def test_no_phrase_stands_for_two_answers():
    seen = {}
    twice = [
        phrase
        for question, code, phrase in PHRASES
        if seen.setdefault(key_of_phrase(phrase), (question, code)) != (question, code)
    ]

    assert twice == []


@pytest.mark.parametrize("text", ["a, " * 1_700, "stroke " * 800, "(" * 5_000, "no " * 1_700])
def test_no_text_takes_long(text):
    index_of_conditions()
    start = time.process_time()

    conditions_in(text)

    assert time.process_time() - start < 3


def test_no_other_word_of_the_language_is_taken_for_a_misspelling():
    resources = Path(textstat.__file__).parent / "resources"
    words = {
        word
        for language in ("en", "es")
        for word in (resources / language / "easy_words.txt").read_text().split()
    }
    known = {key_of_phrase(phrase)[:6] for _question, _code, phrase in PHRASES}
    taken = {
        word
        for word in sorted(words)[::4]
        if conditions_in(word) and key_of_phrase(word)[:6] not in known
    }

    assert len(words) > 10_000
    assert taken <= {"fits", "alucinación"}
