"""What the interaction checker makes of what people type."""

import random

import pytest

from catalogue.checker import check
from catalogue.content.document import Interaction, Severity
from catalogue.content.files import MEDICINES, read_medicine

# Common medicines that no row of the baclofen list names.
UNKNOWN = """
omeprazole lansoprazole pantoprazole esomeprazole rabeprazole famotidine atorvastatin simvastatin
rosuvastatin pravastatin ezetimibe fenofibrate levothyroxine liothyronine carbimazole amoxicillin
azithromycin clarithromycin erythromycin doxycycline ciprofloxacin levofloxacin nitrofurantoin
trimethoprim cefalexin cefuroxime metronidazole flucloxacillin clindamycin fluconazole terbinafine
nystatin aciclovir valaciclovir oseltamivir prednisolone prednisone dexamethasone hydrocortisone
budesonide beclometasone fluticasone mometasone salbutamol albuterol salmeterol formoterol
tiotropium ipratropium montelukast warfarin apixaban rivaroxaban dabigatran clopidogrel ticagrelor
aspirin enoxaparin digoxin amiodarone allopurinol febuxostat colchicine alendronate risedronate
denosumab raloxifene tamoxifen anastrozole letrozole finasteride dutasteride sertraline fluoxetine
citalopram escitalopram paroxetine fingolimod dimethyl-fumarate interferon ocrelizumab natalizumab
teriflunomide azathioprine mycophenolate hydroxychloroquine sulfasalazine mesalazine leflunomide
adalimumab ondansetron domperidone loperamide bisacodyl senna macrogol lactulose folic-acid
cyanocobalamin ferrous-fumarate cholecalciferol latanoprost cetirizine loratadine
"""
NOT_LISTED = UNKNOWN.split()


@pytest.fixture(scope="module")
def content():
    return read_medicine(MEDICINES / "baclofen")


@pytest.fixture(scope="module")
def rows_by_name(content):
    rows = {}
    for row in content.interactions:
        for name in row.all_names:
            rows.setdefault(name, set()).add(row.id)
    return rows


def rows_of(result):
    """The rows of the list that were set off, without the words for what is not named."""
    return {hit.rule.id for hit in result.hits if isinstance(hit.rule, Interaction)}


def hit_by(content, text):
    return rows_of(check(content, text))


def test_every_name_finds_all_its_rows_and_no_other(content, rows_by_name):
    wrong = {name for name, rows in rows_by_name.items() if hit_by(content, name) != rows}

    assert len(rows_by_name) > 600
    assert wrong == set()


@pytest.mark.parametrize(
    "pattern",
    [
        "{} 20 mg tablets, twice a day",
        "- {} 2.5mg/5ml",
        "1. {}\n",
        "\u2022 {} (10 mg)",
        "{}s",
        "  {};",
    ],
)
def test_every_name_is_found_with_what_people_write_around_it(pattern, content, rows_by_name):
    missed = {}
    for name, rows in rows_by_name.items():
        result = check(content, pattern.format(name.title()))
        if rows_of(result) != rows and not result.unchecked:
            missed[name] = result

    assert missed == {}


@pytest.mark.parametrize(
    "separator", ["\n", ", ", ";", "/", " and ", " \u2022 ", " + ", " & ", "\t", " - "]
)
def test_any_separator_will_do(separator, content):
    text = separator.join(["Valium 5 mg", "LIORESAL", "ibuprofen"])

    assert hit_by(content, text) == {"benzodiazepines", "baclofen-duplicate", "nsaids"}
    assert check(content, text).unchecked == ()


def misspelt(name, chance):
    """The name with one slip of a finger in it."""
    letters = list(name)
    place = chance.randrange(1, len(letters) - 1)
    slip = chance.choice(("drop", "double", "swap", "vowel"))
    if slip == "drop":
        del letters[place]
    elif slip == "double":
        letters.insert(place, letters[place])
    elif slip == "swap":
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
    else:
        letters[place] = chance.choice("aeiouy")
    return "".join(letters)


def two_hundred_misspellings(rows_by_name):
    chance = random.Random(20)  # noqa: S311 (nothing to guess)
    names = sorted(name for name in rows_by_name if len(name) >= 6 and name.isalpha())
    found = {}
    while len(found) < 200:
        name = chance.choice(names)
        typed = misspelt(name, chance)
        if typed not in rows_by_name and typed.removesuffix("s") not in rows_by_name:
            found[typed] = name
    return found


def test_two_hundred_misspellings_are_read_as_what_they_are_or_asked_about(content, rows_by_name):
    wrong, read = {}, 0
    for typed, name in two_hundred_misspellings(rows_by_name).items():
        result = check(content, typed)
        meant = {hit.rule.id for hit in check(content, name).hits}
        found = {hit.rule.id for hit in result.hits}
        guessed = {guess.name for each in result.unchecked for guess in each.guesses}
        read += bool(found)
        if not meant <= found and (found or result.silent or name not in guessed):
            wrong[typed] = (name, result)
        if found and not all(hit.misspelt for hit in result.hits):
            wrong[typed] = (name, "as if it were spelt so")

    assert wrong == {}
    assert read > 150


def test_a_hundred_common_medicines_that_are_not_listed_are_known_and_nothing_is_said(
    content, rows_by_name
):
    assert len(NOT_LISTED) >= 100
    assert not set(NOT_LISTED) & set(rows_by_name)

    for name in NOT_LISTED:
        result = check(content, name)
        assert (result.hits, result.unchecked) == ((), ())
        assert [each.entries for each in result.silent] == [(name,)]


def test_all_of_them_at_once_hide_no_interaction(content):
    result = check(content, ", ".join([*NOT_LISTED[:50], "oxycontin", *NOT_LISTED[50:]]))

    assert [hit.rule.id for hit in result.hits] == ["opioids"]
    assert len({entry for each in result.silent for entry in each.entries}) == len(NOT_LISTED)


def test_hits_come_worst_first(content):
    groups = check(content, "metformin, adderall, lithium, vodka").by_severity

    assert [severity for severity, _hits in groups] == [
        Severity.MAJOR,
        Severity.MODERATE,
        Severity.MINOR,
        Severity.NONE_DOCUMENTED,
    ]


def test_adderall_gets_the_honest_answer(content):
    (hit,) = check(content, "Adderall XR 20 mg every morning").hits

    assert hit.rule.severity == Severity.NONE_DOCUMENTED
    assert "cannot add to a calming effect" in hit.rule.what_can_happen
    assert "Still tell us about both" in hit.rule.customer_text


@pytest.mark.parametrize(
    "product",
    [
        "Tylenol Zebra",
        "panadol max",
        "Tylenol 2",
        "paracetamol plus",
        "Tylenol Ultra",
        "tylenol night",
        "Tylenol 300/30",
        "paracetamol 8/500",
        "Tylenol2",
        "acetaminophen 300 mg/30 mg",
        "panadol 500/65mg",
    ],
)
def test_one_word_of_a_longer_name_clears_nothing(product, content):
    result = check(content, product)

    assert result.hits == ()
    assert product.startswith(result.unchecked[0].entry)
    assert result.unchecked[0].partly


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("Tylenol PM", "sed-antihistamines"),
        ("Panadol Night", "sed-antihistamines"),
        ("Nurofen Plus", "opioids"),
        ("tylenol #3", "opioids"),
        ("Tylenol 3 times a day", "paracetamol"),
        ("cocodamol 8/500", "opioids"),
        ("lioresal intrathecal", "intrathecal-baclofen"),
        ("take a night nurse capsule", "alcohol"),
        ("Tylenol3", "opioids"),
        ("Valium10", "benzodiazepines"),
        ("diazepam5mg", "benzodiazepines"),
        ("zopiclone7.5mg", "zdrugs"),
        ("amitriptyline10mg nocte", "tca"),
        ("oxycodone/paracetamol 5/325", "opioids"),
        ("2 beers a day", "alcohol"),
        ("IBUPROF\u00c8N", "nsaids"),
        ("\uff36\uff21\uff2c\uff29\uff35\uff2d", "benzodiazepines"),
    ],
)
def test_the_longest_name_counts(typed, row, content):
    assert row in hit_by(content, typed)


def test_tylenol_pm_is_not_plain_paracetamol(content):
    assert "paracetamol" not in hit_by(content, "Tylenol PM")


def test_a_medicine_that_two_rows_name_sets_off_both(content):
    assert hit_by(content, "tramadol") == {"opioids", "seizure-threshold"}


def test_words_beside_a_name_are_listed_as_not_checked(content):
    result = check(content, "I take diazepam for zebrafort")

    assert [hit.rule.id for hit in result.hits] == ["benzodiazepines"]
    assert [entry.entry for entry in result.unchecked] == ["zebrafort"]


def test_what_a_medicine_is_for_is_no_medicine(content):
    result = check(content, "I take diazepam for back pain and high blood pressure")

    assert [hit.rule.id for hit in result.hits] == ["benzodiazepines"]
    assert result.unchecked == ()


def test_a_dose_alone_is_no_medicine(content):
    result = check(content, "diazepam, 5 mg, twice a day")

    assert result.unchecked == ()


@pytest.mark.parametrize("text", ["None", "I take nothing else.", "no", "N/A"])
def test_nothing_else_is_understood(text, content):
    result = check(content, text)

    assert result.takes_nothing
    assert (result.hits, result.unchecked) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "\0",
        "\0valium\0",
        "\U0001f48a\U0001f48a",
        "'\"<script>%s{{x}}\\",
        "a," * 20_000,
        "gabapentinn " * 5_000,
        "\u202e\ufeff\u200b",
        "\u0421\u0438\u043d\u0435\u043a \u85ac",
        "9" * 5_000,
        "'" * 5_000,
        "\u0301" * 3_000,
    ],
    ids=range(13),
)
def test_no_text_is_an_error(text, content):
    check(content, text)


def test_pictures_alone_are_listed_as_not_checked(content):
    assert [entry.entry for entry in check(content, "\U0001f48a").unchecked] == ["\U0001f48a"]


def test_a_short_form_with_a_full_stop_is_one_entry(content):
    result = check(content, "St. John's wort. Valium")

    assert [each.entries for each in result.silent] == [("St. John's wort",)]
    assert [hit.entries for hit in result.hits] == [("Valium",)]


@pytest.mark.parametrize(
    "text",
    [
        "diazepam5mg",
        "co codamol 30/500",
        "Cocodamol30/500mg",
        "Calpol 120mg/5ml",
        "valium 1/2 tablet",
    ],
)
def test_a_strength_beside_or_glued_to_a_name_is_no_entry(text, content):
    result = check(content, text)

    assert result.unchecked == ()
    assert len(result.hits) == 1


def test_each_thing_not_checked_is_listed_once(content):
    assert len(check(content, "zebrafort, Zebrafort\nlionfort 20 mg").unchecked) == 2
