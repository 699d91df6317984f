"""Content files: what is refused, and what is read."""

import pytest
import time_machine
from django.core.checks import run_checks

from catalogue.content import files
from catalogue.content.files import read_medicine
from tests.catalogue.folders import SHIPPED, edit, problems_of, run


def line_of(path, text):
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)


@pytest.mark.parametrize("name", files.medicine_names())
def test_every_shipped_medicine_is_valid(name):
    assert read_medicine(SHIPPED / name).name


MALFORMED = [
    ("sections/01-for.md", "section: for", "section: unheard-of", "“unheard-of” is not one of"),
    ("sections/01-for.md", "---\nsection", "section", "starts without front matter"),
    ("sections/01-for.md", "title: ", "titel: ", "“titel” is not a known entry"),
    ("sections/01-for.md", " [S3, U6]\n", "\n", "statement without a source"),
    ("sections/01-for.md", "[S3, U6]", "[S3, S3]", "one source is cited twice"),
    ("sections/01-for.md", "[S3, U6]", "[S3, ZZ9]", "unknown source “ZZ9”"),
    ("sections/01-for.md", "[S3, U6]", "[S3 QQ]", "unknown mark “QQ”"),
    ("sections/02-before.md", ":::warn", ":::scream", "unknown box “scream”"),
    ("sections/03-how.md", "+ take it with", "take it with", "here stands neither “+” nor “-”"),
    ("sections/08-overdose.md", "no antidote", "no\n- antidote", "statement without a source"),
    ("medicine.yaml", "review_by: 2027-11-22", "review_by: soon", "is not a date"),
    ("medicine.yaml", "name: Baclofen\n", "", "“name” is missing"),
    ("medicine.yaml", "name: Baclofen\n", "name: A\nname: B\n", "“name” stands here twice"),
    ("medicine.yaml", "name: Baclofen\n", "name: [\n", "not YAML"),
    (
        "medicine.yaml",
        "name: Baclofen\n",
        "colour: red\nname: A\n",
        "“colour” is not a known entry",
    ),
    ("sources.yaml", "mark: V}", "mark: X}", "“X” is not one of V, VM, OK"),
    (
        "sources.yaml",
        "https://www.nhs.uk/medicines/baclofen/about-baclofen",
        "https://uat.nhs.uk/baclofen",
        "“uat.nhs.uk” is a test host",
    ),
    (
        "sources.yaml",
        "https://www.nhs.uk/medicines/baclofen/about-baclofen",
        "https://docslib.org/doc/1",
        "“docslib.org” holds copies",
    ),
    (
        "sources.yaml",
        "https://www.nhs.uk/medicines/baclofen/about-baclofen",
        "http://www.nhs.uk/baclofen",
        "begins with “https://”",
    ),
    (
        "sources.yaml",
        'about-baclofen", read: November 2026, mark: V}',
        'about-baclofen", read: November 2026, mark: VM}',
        "only what was read at its publisher’s has an address",
    ),
    ("sources.yaml", "key: S2,", "key: S1,", "source “S1” stands here twice"),
    ("sources.yaml", "key: S1,", "key: S99,", "nothing cites source “S99”"),
    ("side_effects.yaml", "frequency: rare", "frequency: seldom", "“seldom” is not one of"),
    ("side_effects.yaml", "name: confusion", "name: nightmares", "stands here more than once"),
    ("side_effects.yaml", "sources: [W1, S6]", "sources: []", "no source is named"),
    ("side_effects.yaml", "effects:", "effects: none\nx:", "“effects” must be a list"),
    ("advice.yaml", "urgency: call", "urgency: later", "“later” is not one of"),
    ("interactions.yaml", "severity: major", "severity: bad", "“bad” is not one of"),
    ("interactions.yaml", "id: opioids", "id: alcohol", "“alcohol” stands here more than once"),
    ("interactions.yaml", "[opioid,", "[beer, opioid,", "“beer” is claimed by alcohol and opioids"),
    ("interactions.yaml", "[opioid,", "[night-nurse, opioid,", "is claimed by alcohol and opioids"),
    (
        "sections/01-for.md",
        "Baclofen treats",
        "1. Baclofen treats",
        "more than one plain paragraph",
    ),
    ("questions.yaml", 'answer: "', 'answer: "# ', "more than one plain paragraph"),
    ("interactions.yaml", "[opioid,", "[Opioid,", "names are written in lower case"),
    ("interactions.yaml", "also_names: [tramadol]", "also_names: [tramol]", "no other interaction"),
    ("sections/01-for.md", "{US}", "{XX}", "unknown country “XX”"),
    ("sections/01-for.md", "{US}", "{US, US}", "one country stands here twice"),
    ("sections/01-for.md", "{US}", "{}", "unknown country “”"),
    ("sections/02-before.md", "| 60 to 90 | One", "| 60 to 90 | x | One", "has not 2 cells"),
    ("sections/02-before.md", "third less. [P7]", "third less.", "statement without a source"),
    ("medicine.yaml", "name: Form,", "name: Taken,", "“Taken” stands here more than once"),
    ("medicine.yaml", "[S3, U6, AU, DE]", "[S3, U6, AU, DE] {US}", "this is for everybody"),
    ("medicine.yaml", "[S7, S8, U3]", "[S7, S8, U3] {US}", "this is for everybody"),
    ("claims.yaml", "[S7, W3, P5, G1]", "[S7, W3, P5, G1] {US}", "this is for everybody"),
    ("advice.yaml", "a rash [OKN]", "any fall", "statement without a source"),
    ("comparison.yaml", "Baclofen:", "Unheard:", "“Unheard” is not a known entry"),
    ("comparison.yaml", "Where it acts", "What it is", "stands here more than once"),
    ("comparison.yaml", "Spinal cord, brain [S4]", "Brain", "statement without a source"),
    ("comparison.yaml", "rows:", "colour: red\nrows:", "“colour” is not a known entry"),
    ("comparison.yaml", "medicines: [", "medicines: x # [", "must be a list"),
    ("questions.yaml", "Can I drive?", "Can I drink alcohol?", "stands here more than once"),
    ("questions.yaml", "answer:", "reply:", "“reply” is not a known entry"),
    ("claims.yaml", "verdict: wrong", "verdict: silly", "“silly” is not one of"),
    ("claims.yaml", "It comes as tablets", "It is well tolerated and works", "more than once"),
    ("claims.yaml", " [S7, W3, P5, G1]", "", "statement without a source"),
    (
        "interactions.yaml",
        "review_action: counsel\n",
        "review_action: hope\n",
        "“hope” is not one of",
    ),
    ("interactions.yaml", "names: [lithium, ", "also_names: [lithium, ", "needs names"),
    ("combinations.yaml", "split:", "split: none\nx:", "“split” must be a list"),
    ("combinations.yaml", "split:", "colour: red\nsplit:", "“colour” is not a known entry"),
    ("combinations.yaml", "row: antihypertensives", "row: pills", "no interaction “pills”"),
    ("combinations.yaml", "losartan, ", "", "“losartan” of antihypertensives is in no group"),
    ("combinations.yaml", "norvasc, ", "zebra, ", "“zebra” is no name of antihypertensives"),
    ("combinations.yaml", "norvasc, ", "norvasc, amlodipine, ", "“amlodipine” stands here twice"),
    ("combinations.yaml", "severity: major", "severity: bad", "“bad” is not one of"),
    ("combinations.yaml", "sources: [OKN]", "sources: [ZZ9]", "unknown source “ZZ9”"),
    ("combinations.yaml", "sources: [OKN]", "sources: []", "no source is named"),
    ("combinations.yaml", "note: 'No", "names: [x]\n    note: 'No", "“names” is not a known"),
    ("combinations.yaml", "id: acei-", "id: nsaids # ", "“nsaids” is an interaction already"),
    ("combinations.yaml", "id: older-two-sedatives", "id: acei-diuretic-nsaid", "more than once"),
    ("combinations.yaml", "rows: [opioids]", "rows: [opiods]", "no interaction “opiods”"),
    ("combinations.yaml", "rows: [opioids]", "fewest: 1", "either rows or a group"),
    ("combinations.yaml", "group: diuretic", "group: water", "there is no group “water”"),
    ("combinations.yaml", "label: a diuretic, ", "", "“label” is missing"),
    (
        "combinations.yaml",
        "[nurofen plus,",
        "[nurofen minus,",
        "no interaction names “nurofen minus”",
    ),
    ("combinations.yaml", "fewest: 2", "fewest: two", "“fewest” must be a whole number, 1 or more"),
    (
        "combinations.yaml",
        "circumstance: egfr-below-60",
        "circumstance: old",
        "“old” is not one of",
    ),
    ("combinations.yaml", "    circumstance: egfr-below-60\n", "", "needs two medicines"),
]


@pytest.mark.parametrize(("name", "old", "new", "reason"), MALFORMED)
def test_malformed_content_is_refused_with_file_and_reason(folder, name, old, new, reason):
    edit(folder / name, old, new)

    found = [str(problem) for problem in problems_of(folder)]

    assert any(text.startswith(f"baclofen/{name}:") and reason in text for text in found), found


def test_a_problem_names_its_line(folder):
    path = folder / "interactions.yaml"
    edit(path, "severity: minor", "severity: slight")

    (problem,) = problems_of(folder)

    assert (problem.file, problem.line) == (
        "baclofen/interactions.yaml",
        line_of(path, "severity: slight"),
    )


def test_a_statement_without_a_source_names_its_line(folder):
    path = folder / "sections/03-how.md"
    edit(path, "Never take two doses at once. [U2]", "Never take two doses at once.")

    (problem,) = problems_of(folder)

    assert problem.line == line_of(path, "Never take two doses at once.")


def test_a_name_added_to_a_row_that_is_split_must_be_sorted_too(folder):
    edit(
        folder / "interactions.yaml",
        "names: [antihypertensive, ",
        "names: [antihypertensive, lotensin, ",
    )

    (problem,) = problems_of(folder)

    assert problem.line == line_of(folder / "combinations.yaml", "- row: antihypertensives")
    assert "“lotensin” of antihypertensives is in no group" in problem.reason


def test_a_text_of_more_than_one_paragraph_names_its_line(folder):
    path = folder / "sections/01-for.md"
    edit(path, "Baclofen treats", "1. Baclofen treats")

    (problem,) = problems_of(folder)

    assert (problem.file, problem.line) == (
        "baclofen/sections/01-for.md",
        line_of(path, "1. Baclofen treats"),
    )


def test_a_missing_section_is_named(folder):
    (folder / "sections/08-overdose.md").unlink()

    assert any("section “overdose” is missing" in str(each) for each in problems_of(folder))


@pytest.mark.parametrize("name", ["sources.yaml", "interactions.yaml", "combinations.yaml"])
def test_a_missing_file_is_a_problem_not_a_crash(name, folder):
    (folder / name).unlink()

    assert f"baclofen/{name}:1: cannot be read: FileNotFoundError" in map(str, problems_of(folder))


def test_a_review_date_that_has_passed_warns_whoever_loads_and_whoever_checks(db, capsys):
    with time_machine.travel("2026-11-22"):
        run("load_medicines", "baclofen")
        assert capsys.readouterr().err == ""
        assert "catalogue.W001" not in [each.id for each in run_checks()]

    with time_machine.travel("2030-01-01"):
        said = run("load_medicines", "baclofen")
        warned = [str(each) for each in run_checks() if each.id == "catalogue.W001"]

    assert said == "Baclofen 1: unchanged\n"
    assert (
        capsys.readouterr().err == "Baclofen 1 was to be reviewed by 2027-11-22: ask a pharmacist\n"
    )
    assert any("baclofen: its content was to be reviewed by 2027-11-22" in each for each in warned)


def test_every_use_of_a_source_keeps_its_mark():
    content = read_medicine(SHIPPED / "baclofen")

    marks = {citation.mark for citation in content.citations()}
    alcohol = next(each for each in content.interactions if each.id == "alcohol")

    assert marks == {"V", "VM", "OK"}
    assert [(each.source, each.mark) for each in alcohol.citations] == [
        ("S7", "VM"),
        ("W3", "V"),
        ("U1", "V"),
        ("F1", "V"),
    ]


SEE_ALSO_WRONG = [
    ("{medicine: aspirin, label: x}", "there is no medicine “aspirin”"),
    ("{medicine: baclofen, label: x}", "a medicine cannot point to itself"),
    ("{medicine: aspirin}", "“label” is missing"),
]


@pytest.mark.parametrize(("row", "reason"), SEE_ALSO_WRONG)
def test_a_link_to_a_medicine_that_is_not_there_is_refused(folder, row, reason):
    edit(folder / "medicine.yaml", "review_by:", f"see_also:\n  - {row}\nreview_by:")

    assert reason in " ".join(map(str, problems_of(folder)))


@pytest.mark.parametrize("slug", files.REQUIRED_IF_SOLD)
def test_each_section_of_a_medicine_in_the_shop_must_be_there(folder, slug):
    for path in (folder / "sections").iterdir():
        if f"section: {slug}\n" in path.read_text():
            path.unlink()

    assert f"section “{slug}” is missing" in " ".join(map(str, problems_of(folder)))


def test_information_about_a_medicine_may_be_short(folder):
    (folder / "packs.yaml").unlink()
    (folder / "sections/04-stop.md").unlink()
    (folder / "advice.yaml").unlink()
    (folder / "leaflet.yaml").unlink()

    assert read_medicine(folder).advice == ()


def test_a_section_in_two_files_is_named(folder):
    edit(folder / "sections/01-for.md", "section: for", "section: how")

    assert "section “how” stands in two files" in " ".join(map(str, problems_of(folder)))
