"""The leaflet and the whole text, as a PDF reader sees them."""

import io
import re
from itertools import product

import pypdfium2
import pytest
from django.urls import reverse

from catalogue import leaflet as view
from catalogue.content.document import Severity, Urgency
from catalogue.content.rendering import numbered_sources, source_numbers
from catalogue.content.sections import Country, Mark, statements_of
from catalogue.content.short import said_in
from shop.help_lines.table import lines_of
from tests.catalogue.folders import edit, problems_of

SIZES_IN_POINTS = {"a4": (595, 842), "letter": (612, 792)}
EDITIONS = list(product(SIZES_IN_POINTS, ("normal", "large")))
MOST_PAGES = {"normal": 2, "large": 6}
# Points of the text; what sight charities call large print begins at 16.
LEAST_PRINT = {"normal": 9, "large": 16}


@pytest.fixture
def address(baclofen):
    return reverse("catalogue:leaflet", args=[baclofen.slug, baclofen.pk])


@pytest.fixture
def leaflet(client, address):
    def read(paper="a4", size="normal", text="short", country=""):
        if country:
            client.cookies["reader_country"] = country
        response = client.get(address, {"paper": paper, "print": size, "text": text})
        assert response["Content-Type"] == "application/pdf"
        return pypdfium2.PdfDocument(io.BytesIO(response.content))

    return read


@pytest.fixture
def whole(leaflet):
    return lambda **edition: leaflet(text="whole", **edition)


def words_of(document):
    texts = [page.get_textpage().get_text_range() for page in document]
    return [" ".join(text.split()) for text in texts]


def squeezed(document):
    return "".join("".join(words_of(document)).split())


def print_of(document):
    """The print that most of the signs have, in points."""
    sizes = [obj.get_font_size() for page in document for obj in page.get_objects([1])]
    return max(set(sizes), key=sizes.count)


@pytest.mark.parametrize(
    ("country", "paper", "size"),
    [
        *product(Country.values, ["a4"], MOST_PAGES),
        # The most help lines, and the most text.
        *product(["DE", "AT"], ["letter"], MOST_PAGES),
    ],
)
def test_the_leaflet_is_two_pages_and_six_in_large_print(
    paper, size, country, leaflet, monkeypatch
):
    """With every help line that may ever stand there."""
    every = [(kind, n.number) for kind, _t, _w, each in lines_of(country).by_kind for n in each]
    monkeypatch.setattr(view, "ticked_in", lambda *_a, **_k: frozenset(every))

    document = leaflet(paper, size, country=country)

    assert len(document) <= MOST_PAGES[size]
    assert print_of(document) >= LEAST_PRINT[size]


@pytest.mark.parametrize("text", ["short", "whole"])
@pytest.mark.parametrize(("paper", "size"), EDITIONS)
def test_each_edition_has_its_paper_and_everything_that_matters(paper, size, text, leaflet):
    document = leaflet(paper, size, text)
    pages = words_of(document)
    everything = " ".join(pages)

    assert tuple(round(side) for side in document[0].get_size()) == SIZES_IN_POINTS[paper]
    assert "Alder Pharmacy" in pages[0]
    assert "Signed by Sig Ner, superintendent pharmacist" in pages[0]
    assert "Next review by" in pages[0]
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "version 1 of" in page
    for said in ("Do not stop taking baclofen suddenly", "general knowledge", "Sources"):
        assert said.lower() in everything.lower()
    assert "call 911 now" in everything
    assert "{emergency}" not in everything
    assert "**" not in everything


@pytest.mark.parametrize("text", ["short", "whole"])
def test_large_print_takes_more_pages(leaflet, text):
    assert len(leaflet(size="large", text=text)) > len(leaflet(text=text))


@pytest.mark.parametrize("country", Country.values)
def test_the_leaflet_says_what_the_page_warns_of_word_for_word(leaflet, baclofen, country):
    content = baclofen.medicine.version.content.for_country(country, number="")
    text = squeezed(leaflet(country=country))
    boxes = [b for s in content.sections for b in s.blocks if b.kind in ("warn", "now")]
    warned = [
        *statements_of((*content.warning.blocks, *boxes)),
        *(each.statement for each in content.advice if each.urgency != Urgency.SELF_CARE),
    ]
    worst = [
        rule.label
        for rule in content.warnings
        if rule.severity in (Severity.CONTRAINDICATED, Severity.MAJOR)
    ]

    said = [each.text for each in warned] + worst
    assert len(said) > 40
    assert [each for each in said if "".join(each.split()) not in text] == []


@pytest.mark.parametrize("country", Country.values)
def test_each_line_of_the_leaflet_has_its_sources_or_a_dagger(leaflet, baclofen, country):
    content = baclofen.medicine.version.content.for_country(country, number="")
    numbers, text = source_numbers(content), squeezed(leaflet(country=country))
    unread = {source.key for source in content.sources if source.is_unread}

    for said in (each for part in content.short for each in said_in(part, content)):
        cited = sorted(numbers[c.source] for c in said.citations if c.source not in unread)
        listed = f"[{','.join(map(str, cited))}]" if cited else ""
        marks = {c.mark == Mark.UNCHECKED for c in said.citations}
        dagger = {frozenset({True}): "†", frozenset({True, False}): "(†)"}.get(frozenset(marks), "")
        words = "".join(said.text.replace("*", "").split())
        assert f"{words}{listed}{dagger}" in text, said.text


def test_the_dagger_is_explained_on_each_page(leaflet):
    for size in MOST_PAGES:
        for page in words_of(leaflet(size=size)):
            assert "† General knowledge: no source has been read for it yet" in page


def test_the_leaflet_names_its_sources_once_at_the_end_by_the_numbers_of_the_page(
    leaflet, baclofen
):
    content = baclofen.medicine.version.content.for_country("AU", number="")
    text = " ".join(words_of(leaflet(country="AU")))
    body, listed = text.split("Sources The numbers are those of our page")

    cited = {int(n) for found in re.findall(r"\[([\d, ]+)\]", body) for n in found.split(", ")}
    assert cited
    by_number = {each.number: each.source for each in numbered_sources(content)}
    for number in cited:
        source = by_number[number]
        own = "".join(listed.split()).split("".join(source.publisher.split()))
        assert len(own) > 1, source.publisher
        mark = "c" if source.mark == Mark.THIRD_PARTY else ""
        assert any(re.match(rf"(\d+c?,)*{number}{mark}(?!\d)", after) for after in own[1:])
    assert "Sources" not in body


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("- great sleepiness,", "- a little sleepiness,", "no statement of the page begins with"),
        ("- great sleepiness, passing out", "- a", "begins more than one statement for US"),
        ("      - great sleepiness, passing out\n", "", "the leaflet leaves out “great sleepiness"),
        ("      - Stopping all at once can cause hallucinations\n", "", "leaves out “Stopping all"),
        ("kind: soon", "kind: later", "not one of"),
        ("also: [packs]", "also: [prices]", "not one of"),
        ("title: What it is for", "title: Do not take it if", "stands here more than once"),
    ],
)
def test_a_leaflet_that_says_less_or_something_else_is_refused(folder, old, new, reason):
    edit(folder / "leaflet.yaml", old, new)

    problems = problems_of(folder)

    assert any(reason in each.reason for each in problems), problems
    assert {each.file for each in problems} == {"baclofen/leaflet.yaml"}


def test_a_statement_that_is_worded_anew_takes_the_leaflet_with_it(folder):
    edit(folder / "sections/08-overdose.md", "- slow or weak breathing", "- hardly breathing")

    assert {each.reason for each in problems_of(folder)} == {
        "no statement of the page begins with “slow or weak breathing”",
        "the leaflet leaves out “hardly breathing”",
    }


def test_every_interaction_and_every_source_is_in_the_whole_text(whole, baclofen):
    content = baclofen.medicine.version.content.for_country("US")
    text = squeezed(whole())
    cited = [each.source for each in numbered_sources(content)]

    missing = [row.label for row in content.warnings if "".join(row.label.split()) not in text]
    assert missing == []
    assert [s.key for s in cited if "".join(s.title.split())[:30] not in text] == []


def test_comparison_questions_and_claims_are_in_the_whole_text(whole, baclofen):
    content = baclofen.medicine.version.content.for_country("US")
    text = squeezed(whole())
    texts = [
        *(cell.text for row in content.comparison.rows for cell in row.cells.values()),
        *(each.question for each in content.questions),
        *(each.answer.text for each in content.questions),
        *(each.claim for each in content.claims),
    ]

    first_words = ["".join(text.replace("*", "").split())[:25] for text in texts]
    assert len(first_words) > 100
    assert [words for words in first_words if words not in text] == []


def test_sources_stand_once_at_the_end_of_the_whole_text(whole, baclofen):
    numbered = numbered_sources(baclofen.medicine.version.content.for_country("US"))
    text = " ".join(words_of(whole()))
    body, listed = text.split(" Sources 1. ")

    assert "Sources on this page" not in text
    for each in numbered[1:]:
        assert f" {each.number}. " in listed
        assert f"{each.number}. {each.source.publisher}: {each.source.title}" not in body


def test_a_source_that_nobody_has_read_has_no_date(whole):
    text = " ".join(words_of(whole()))

    assert "before it counts. Needs checking." in text
    assert "not applicable" not in text


@pytest.mark.parametrize("text", ["short", "whole"])
def test_no_leaflet_calls_anything_safe(leaflet, text):
    words = " ".join(words_of(leaflet(text=text))).lower().split()

    assert "safe" not in [word.strip(".,:;()“”") for word in words]


def test_it_is_made_once_per_version(client, address, baclofen, django_assert_num_queries):
    client.get(address)

    # The version, and which help lines may be printed.
    with django_assert_num_queries(2):
        response = client.get(address)

    assert not response.cookies


@pytest.mark.parametrize("query", ["paper=a3", "print=huge", "paper=%00", "paper=", "text=half"])
def test_another_paper_print_or_text_is_not_there(query, client, address):
    assert client.get(f"{address}?{query}").status_code == 404


def test_the_medicine_page_links_to_all_of_them(client, baclofen, address):
    html = client.get(baclofen.get_absolute_url()).content.decode()

    for text, paper, size in product(("short", "whole"), SIZES_IN_POINTS, MOST_PAGES):
        assert f'href="{address}?text={text}&amp;paper={paper}&amp;print={size}"' in html
