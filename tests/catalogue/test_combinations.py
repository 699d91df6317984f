"""Rules on several medicines together: when they are there, may be there, and are not."""

import json

import pytest

from catalogue.checker import check
from catalogue.checking import frozen_check
from catalogue.combinations import known_of
from catalogue.content.document import Circumstance, content_from_json
from catalogue.content.files import MEDICINES, read_medicine

KIDNEYS = Circumstance.EGFR_BELOW_60
AGE = Circumstance.AGE_65_OR_OVER


@pytest.fixture(scope="module")
def content():
    return read_medicine(MEDICINES / "baclofen")


def fired(content, text, **known):
    given = known_of(age=known.get("age"), egfr=known.get("egfr"))
    return {each.combination.id: each for each in check(content, text, known=given).combinations}


CERTAIN = [
    ("codeine, diazepam", {}, "opioid-benzodiazepine"),
    ("Oxycontin 10 mg\nXanax at night", {}, "opioid-benzodiazepine"),
    ("ramipril + furosemide + ibuprofen", {}, "acei-diuretic-nsaid"),
    ("Telmisartan, hydrochlorothiazide, Voltarol", {}, "acei-diuretic-nsaid"),
    ("pregabalin", {"egfr": 59.9}, "gabapentinoid-weak-kidneys"),
    ("Neurontin", {"egfr": 0}, "gabapentinoid-weak-kidneys"),
    ("temazepam; quetiapine", {"age": 65}, "older-two-sedatives"),
    ("diazepam, lorazepam", {"age": 90}, "older-two-sedatives"),
    ("Night Nurse", {"age": 70}, "older-two-sedatives"),
]


@pytest.mark.parametrize(("text", "known", "rule"), CERTAIN)
def test_a_combination_is_found(text, known, rule, content):
    each = fired(content, text, **known)[rule]

    assert each.is_certain


NEVER = [
    ("codeine", {}, "opioid-benzodiazepine"),
    ("diazepam, lorazepam", {}, "opioid-benzodiazepine"),
    ("ramipril, losartan, ibuprofen", {}, "acei-diuretic-nsaid"),
    ("ramipril, amlodipine, ibuprofen", {}, "acei-diuretic-nsaid"),
    ("ramipril, furosemide, paracetamol", {}, "acei-diuretic-nsaid"),
    ("gabapentin", {"egfr": 60}, "gabapentinoid-weak-kidneys"),
    ("metformin", {"egfr": 20}, "gabapentinoid-weak-kidneys"),
    ("diazepam, quetiapine", {"age": 64}, "older-two-sedatives"),
    ("diazepam, diazepam 5 mg", {"age": 80}, "older-two-sedatives"),
    ("diazepam, ramipril", {"age": 80}, "older-two-sedatives"),
    ("none", {"age": 80, "egfr": 10}, "older-two-sedatives"),
]


@pytest.mark.parametrize(("text", "known", "rule"), NEVER)
def test_a_combination_is_not_seen_where_there_is_none(text, known, rule, content):
    assert rule not in fired(content, text, **known)


@pytest.mark.parametrize(
    ("text", "rule", "depends_on"),
    [
        ("gabapentin", "gabapentinoid-weak-kidneys", KIDNEYS),
        ("valium, codeine", "older-two-sedatives", AGE),
    ],
)
def test_what_nobody_has_said_is_asked_and_not_passed_over(text, rule, depends_on, content):
    each = fired(content, text)[rule]

    assert (each.depends_on, each.is_certain) == (depends_on, False)


UNCLEAR = [
    ("sparsentan, furosemide, ibuprofen", "acei-diuretic-nsaid", ("sparsentan",)),
    ("ramipril, antihypertensive, naproxen", "acei-diuretic-nsaid", ("antihypertensive",)),
    ("ramipril, water tablets, naproxen", "acei-diuretic-nsaid", ("water tablets",)),
    ("codeine, sleeping pills", "opioid-benzodiazepine", ("sleeping pills",)),
    ("blood pressure tablet, advil", "acei-diuretic-nsaid", ("blood pressure tablet",)),
    ("aliskiren, furosemide, naproxen", "acei-diuretic-nsaid", ("aliskiren",)),
    ("ramipril, furosemide, Nurofen Plus", "acei-diuretic-nsaid", ("Nurofen Plus",)),
    ("ramipril, furosemide, ibuprofn", "acei-diuretic-nsaid", ("ibuprofn",)),
    ("oxycodonne, diazepam", "opioid-benzodiazepine", ("oxycodonne",)),
]


@pytest.mark.parametrize(("text", "rule", "unclear"), UNCLEAR)
def test_a_name_that_cannot_be_told_brings_the_rule_up_as_unclear(text, rule, unclear, content):
    each = fired(content, text)[rule]

    assert (each.unclear, each.is_certain) == (unclear, False)


@pytest.mark.parametrize("text", ["8 cans of lager a day", "gin and lager", "heroin", "Endone"])
def test_several_words_for_one_thing_are_one_sedative(text, content):
    assert "older-two-sedatives" not in fired(content, text, age=70)


def test_a_misspelt_second_sedative_counts_as_one(content):
    each = fired(content, "diazepam, quetiapinne", age=70)["older-two-sedatives"]

    assert each.unclear == ("quetiapinne",)
    assert "older-two-sedatives" not in fired(content, "quetiapinne", age=70)


def test_a_misspelt_product_of_two_sedatives_counts_as_two(content):
    each = fired(content, "night nusre", age=70)["older-two-sedatives"]

    assert each.unclear == ("night nusre",)


def test_a_clear_name_leaves_nothing_unclear(content):
    each = fired(content, "zestril, lasix, ibuprofen")["acei-diuretic-nsaid"]

    assert each.is_certain
    assert "acei-diuretic-nsaid" not in fired(content, "ramipril, Norvasc, naproxen")


def test_the_worst_combination_comes_first(content):
    text = "ramipril, furosemide, ibuprofen, codeine, diazepam"
    found = check(content, text, known=known_of(age=30, egfr=90)).combinations

    assert [each.combination.id for each in found] == [
        "opioid-benzodiazepine",
        "acei-diuretic-nsaid",
    ]


def test_single_interactions_are_still_told(content):
    result = check(content, "codeine, diazepam")

    assert {hit.rule.id for hit in result.hits} == {"opioids", "benzodiazepines"}


def test_every_name_of_a_blood_pressure_row_is_sorted(content):
    rule = next(each for each in content.combinations if each.id == "acei-diuretic-nsaid")
    inhibitors, diuretics, _nsaids = rule.parts

    assert all(name.split()[0].endswith(("pril", "sartan")) for name in inhibitors.names)
    assert not set(inhibitors.names) & set(diuretics.names)
    assert not (set(inhibitors.names) | set(diuretics.names)) & set(inhibitors.unclear)


@pytest.mark.parametrize(
    "typed", ["tizanidine", "robaxin", "carisoprodol", "lioresal", "baclofen pump", "ozobax"]
)
def test_a_second_muscle_relaxant_or_a_second_baclofen_is_a_duplication(typed, content):
    (hit,) = check(content, typed).hits

    assert any(code.startswith("M03B") for code in hit.rule.atc)
    assert hit.rule.severity == "major"
    assert "duplication" in hit.rule.mechanism


def test_two_baclofen_products_are_both_named(content):
    (hit,) = check(content, "Lioresal 10 mg, Ozobax").hits

    assert hit.entries == ("Lioresal", "Ozobax")


@pytest.mark.parametrize(
    "values",
    [{"age": -1, "egfr": None}, {"age": None, "egfr": float("nan")}, {"age": 1, "egfr": -3}],
)
def test_a_value_that_is_none_is_refused(values):
    with pytest.raises(ValueError, match="neither an age nor an eGFR"):
        known_of(**values)


def test_content_kept_before_there_were_combinations_still_reads(content):
    kept = json.loads(json.dumps(content.as_json()))
    assert content_from_json(kept) == content

    del kept["combinations"]

    assert content_from_json(kept).combinations == ()


@pytest.fixture
def version(baclofen):
    return baclofen.medicine.version


def test_a_frozen_check_holds_what_is_needed_to_make_it_again(version):
    kept = frozen_check(version, "Codeines, Valium, Advl, gabapentinn", age=70, egfr=None)

    assert json.loads(json.dumps(kept)) == kept
    assert (kept["medicine"], kept["content_version"]) == ("baclofen", version.number)
    assert kept["content_digest"] == version.digest
    again = {name: kept["input"][name] for name in ("age", "egfr")}
    assert frozen_check(version, kept["input"]["medicines"], **again) == kept


def test_a_frozen_check_says_how_each_name_was_matched(version):
    kept = frozen_check(version, "Codeines, Valium, Advl, sertraline", age=70, egfr=None)

    assert {hit["rule"]: hit["matched"] for hit in kept["hits"]} == {
        "opioids": [{"typed": "Codeines", "name": "codeine", "how": "other name"}],
        "benzodiazepines": [{"typed": "Valium", "name": "valium", "how": "exact"}],
    }
    (rest,) = kept["unchecked"]
    assert rest["typed"] == "Advl"
    assert rest["similar"] == [
        {
            "name": "advil",
            "rules": [
                {
                    "rule": "nsaids",
                    "row": "nsaids",
                    "severity": "moderate",
                    "review_action": "renal-check+counsel",
                }
            ],
        }
    ]
    (silent,) = kept["nothing_known"]
    assert silent["substance"] == "sertraline"
    assert silent["matched"][0]["how"] == "exact"


def test_a_frozen_check_holds_the_combinations_and_what_is_open(version):
    kept = frozen_check(version, "codeine, valium, gabapentin", age=None, egfr=30)

    assert {
        each["rule"]: (each["is_certain"], each["depends_on"]) for each in kept["combinations"]
    } == {
        "opioid-benzodiazepine": (True, None),
        "gabapentinoid-weak-kidneys": (True, None),
        "older-two-sedatives": (False, "age-65-or-over"),
    }
    assert kept["combinations"][0]["parts"] == [
        {"part": "an opioid", "typed": ["codeine"], "unclear": []},
        {"part": "a benzodiazepine", "typed": ["valium"], "unclear": []},
    ]


def test_a_frozen_check_can_be_kept_by_any_database(version):
    assert "\0" not in json.dumps(frozen_check(version, "a\0b", age=None, egfr=None))
    assert frozen_check(version, "none", age=None, egfr=None)["takes_nothing"] is True
