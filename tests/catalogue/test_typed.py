"""What people type, held against what it means: two files, of which one was written blind."""

import random
from pathlib import Path

import pytest

from catalogue.checker import check
from catalogue.content.files import MEDICINES, read_medicine
from catalogue.meanings import index_of
from catalogue.names import key_of
from catalogue.vocabulary import building
from catalogue.vocabulary.lexicon import NAMES, fold, lexicon
from catalogue.vocabulary.small_words import small_words
from tests.catalogue.typing import FILES, Outcome, Verdict, outcomes, rows


@pytest.fixture(scope="module")
def content():
    return read_medicine(MEDICINES / "baclofen")


@pytest.fixture(scope="module", params=FILES, ids=[path.stem for path in FILES])
def typed(request, content) -> list[Outcome]:
    return outcomes(content, rows(request.param))


def of_kind(found: list[Outcome], *verdicts: Verdict) -> list[str]:
    return [str(each) for each in found if each.verdict in verdicts]


def test_nothing_known_is_never_said_wrongly(typed):
    assert of_kind(typed, Verdict.FALSE_SILENCE) == []


def test_nothing_is_taken_for_another_substance(typed):
    assert of_kind(typed, Verdict.WRONG) == []


def test_nearly_every_medicine_is_matched_or_known(typed):
    medicines = [each for each in typed if each.is_of_a_medicine]
    missed = of_kind(medicines, Verdict.MISSED, Verdict.PARTLY)

    assert len(medicines) > 200
    assert len(missed) <= len(medicines) // 50, "\n".join(missed)


def test_five_hundred_texts_are_tried():
    assert sum(len(rows(path)) for path in FILES) >= 500


def every_word(content):
    phrases = [
        *(each.all for each in content.words),
        *(each.words.all for each in (*content.classes, *content.silent)),
    ]
    return sorted({word for all_of_one in phrases for word in all_of_one})


def test_every_everyday_word_is_recognized_and_warned_of_or_silent(content):
    words = every_word(content)
    lost = [
        word
        for word in words
        if (result := check(content, word)).unchecked or not (result.hits or result.silent)
    ]

    assert len(words) > 700
    assert lost == []


def test_no_everyday_word_stands_for_a_silent_kind_and_for_a_warning(content):
    silent = {key_of(word) for each in content.silent for word in each.words.all}
    spoken = {
        key_of(word)
        for each in (*content.words, *(group.words for group in content.classes))
        for word in each.all
    }

    assert silent & spoken == set()


def test_a_warning_is_never_behind_a_longer_name_of_which_nothing_is_known(content):
    index = index_of(content)
    documented = {key for key, each in index.own.items() if not each.is_undocumented}
    hidden = [
        (key, substances)
        for key, substances in index.lexicon.names.items()
        if index.find(key).is_undocumented and substances == (key,) and key in documented
    ]

    assert hidden == []


@pytest.mark.parametrize(
    "text",
    [
        "none really",
        "нет",
        "I don't take anything",
        "Nope",
        "nehme sonst nichts",
        "no tomo nada más",
        "没有",
        "لا",
    ],
)
def test_whoever_takes_nothing_is_understood(text, content):
    assert check(content, text).takes_nothing


@pytest.mark.parametrize(
    "text", ["", "?", "---", "5mg", "500 mg x 8 a day", "not sure", "no lo sé"]
)
def test_what_is_no_list_is_asked_again(text, content):
    result = check(content, text)

    assert (result.is_unclear, result.takes_nothing, result.unchecked) == (True, False, ())


def test_a_product_is_split_into_its_substances(content):
    result = check(content, "Janumet, Symbicort")

    assert [hit.rule.id for hit in result.hits] == ["antidiabetics"]
    assert {each.substance for each in result.silent} == {"budesonide", "formoterol"}


@pytest.mark.parametrize(
    ("typed", "substance"),
    [
        ("hidroclorotiazida", "hydrochlorothiazide"),
        ("Kodein", "codeine"),
        ("levotiroxina", "levothyroxine"),
        ("Baldriantropfen", "valerian"),
    ],
)
def test_other_languages_spell_the_same_name(typed, substance, content):
    index = index_of(content)

    assert index.find(key_of(typed)).stands_for == index.find(key_of(substance)).stands_for


def test_a_spelling_that_two_names_share_stands_for_neither():
    names = lexicon()
    shared: dict[str, set] = {}
    for key, substances in names.names.items():
        shared.setdefault(fold(key), set()).add(substances)

    two = [short for short, each in shared.items() if len(each) > 1 and len(short) >= 6]
    assert len(two) > 10
    assert not any(names.folded[short] for short in two)


def test_amounts_make_a_large_one_only_beside_the_drink(content):
    def ids(text):
        return {hit.rule.id for hit in check(content, text).hits}

    assert "alcohol-large" in ids("8 cans of lager a day")
    assert "alcohol-large" in ids("bottle of gin every day")
    assert "alcohol-large" not in ids("a pint every other day")
    assert "alcohol-large" not in ids("insulin 20 units and a beer a day")


def test_no_small_word_is_a_medicine(content):
    listed = {word for row in content.interactions for word in map(key_of, row.all_names)}

    assert listed & small_words().small == set()


@pytest.mark.slow(15)
def test_the_names_are_those_of_the_pinned_vocabulary_and_the_file_beside_it():
    assert NAMES.read_text() == building.text()


def test_what_serves_pages_imports_no_pickle():
    served = (path for room in ("catalogue", "shop") for path in Path(room).rglob("*.py"))
    reads = [path.name for path in served if "import pickle" in path.read_text()]

    assert reads == ["building.py"]
    assert not [
        path.name
        for path in Path("catalogue").rglob("*.py")
        if "vocabulary.building" in path.read_text() or "import building" in path.read_text()
        if path.name != "build_vocabulary.py"
    ]


MOST_MISSPELT = 2_000
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def misspelt_by_one(key, chance):
    """A name with one letter dropped, doubled, swapped or changed, the first one too."""
    place = chance.randrange(len(key) - 1)
    before, letter, after = key[:place], key[place], key[place + 1 :]
    return chance.choice(
        (
            before + after,
            before + letter + letter + after,
            before + after[0] + letter + after[1:],
            before + chance.choice(LETTERS) + after,
        )
    )


def test_no_misspelt_name_is_taken_for_another_substance_as_if_it_were_spelt_so(content):
    index, chance = index_of(content), random.Random(3)  # noqa: S311 (nothing to guess)
    names = index.lexicon
    known = {*names.names, *names.differ, *index.own}
    wrong = []
    long_enough = sorted(key for key in names.names if len(key) > 4)
    for key in chance.sample(long_enough, MOST_MISSPELT):
        typed = misspelt_by_one(key, chance)
        if known & {typed, typed.removesuffix("s"), small_words().stem(typed)}:
            continue
        meaning = index.find(typed) or index.misspelt(typed)
        if meaning and meaning.is_spelt_so:
            wrong.append((key, typed, meaning.name))

    assert len(names.names) > 20_000
    assert wrong == []


def all_said(result):
    """Rules and substances named in an answer, with whether each is asked about."""
    hits = {hit.rule.id: bool(hit.misspelt) for hit in result.hits}
    return hits | {each.substance: bool(each.misspelt) for each in result.silent}


@pytest.mark.parametrize("name", sorted(lexicon().differ))
def test_a_name_that_differs_by_country_is_said_as_each_and_asked_about(name, content):
    index = index_of(content)
    said = all_said(check(content, name))

    assert all(said.values())
    for substances in lexicon().differ[name]:
        meanings = [index.find(key_of(each)) for each in substances]
        assert {rule.id for each in meanings for rule in each.rules} <= said.keys()
        assert {substance for each in meanings for substance in each.silent} <= said.keys()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("zarelto", {"rivaroxaban": True}),
        ("vaclofeno", {"baclofen-duplicate": True}),
        ("bisoprolol (heart)", {"antihypertensives": False}),
        ("ramipril - blood pressure", {"antihypertensives": False}),
        ("paracetamol 1 g cada 8 horas si me duele", {"paracetamol": False}),
        ("Eisen(II)-sulfat", {"ferrous sulfate": False}),
        ("Tabletten gegen Bluthochdruck", {"antihypertensives": False}),
        ("something for my cholesterol", {"cholesterol medicine": False}),
        ("vitamin K", {"phytomenadione": False}),
        ("omeprazole, water tablets", {"omeprazole": False, "antihypertensives": False}),
        ("wheelchair, ramipril", {"antihypertensives": False}),
    ],
)
def test_what_stands_around_or_in_a_name_hides_it_not(typed, said, content):
    result = check(content, typed)

    assert all_said(result) == said
    assert result.unchecked == ()


@pytest.mark.parametrize("text", ["wheelchair", "una silla de ruedas", "Krankengymnastik zweimal"])
def test_an_aid_alone_is_asked_again(text, content):
    result = check(content, text)

    assert result.is_unclear
    assert result.unchecked == ()


def test_what_may_be_food_is_not_recognized(content):
    assert [each.entry for each in check(content, "cheese").unchecked] == ["cheese"]
