"""The leaflet, as a PDF reader sees it."""

import io
from itertools import product

import pypdfium2
import pytest
from django.urls import reverse

from catalogue.content.rendering import numbered_sources

SIZES_IN_POINTS = {"a4": (595, 842), "letter": (612, 792)}


@pytest.fixture
def address(baclofen):
    return reverse("catalogue:leaflet", args=[baclofen.slug, baclofen.pk])


@pytest.fixture
def leaflet(client, address):
    def read(paper="a4", size="normal"):
        response = client.get(address, {"paper": paper, "print": size})
        assert response["Content-Type"] == "application/pdf"
        return pypdfium2.PdfDocument(io.BytesIO(response.content))

    return read


def words_of(document):
    texts = [page.get_textpage().get_text_range() for page in document]
    return [" ".join(text.split()) for text in texts]


@pytest.mark.parametrize(("paper", "size"), list(product(SIZES_IN_POINTS, ("normal", "large"))))
def test_each_edition_has_its_paper_and_everything_that_matters(paper, size, leaflet):
    document = leaflet(paper, size)
    pages = words_of(document)
    everything = " ".join(pages)

    assert tuple(round(side) for side in document[0].get_size()) == SIZES_IN_POINTS[paper]
    assert "Alder Pharmacy" in pages[0]
    assert "Signed by Sig Ner, superintendent pharmacist" in pages[0]
    assert "Next review by" in pages[0]
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "version 1 of" in page
    for text in (
        "Do not stop taking baclofen suddenly",
        "Tell us if you take any opioid",
        "Sources",
    ):
        assert text in everything
    assert "call 911 now" in everything
    assert "{emergency}" not in everything
    assert "**" not in everything


def test_large_print_takes_more_pages(leaflet):
    assert len(leaflet(size="large")) > len(leaflet(size="normal"))


def test_every_interaction_and_every_source_is_in_it(leaflet, baclofen):
    content = baclofen.medicine.version.content.for_country("US")
    squeezed = "".join("".join(words_of(leaflet())).split())
    cited = [each.source for each in numbered_sources(content)]

    missing = [row.label for row in content.warnings if "".join(row.label.split()) not in squeezed]
    assert missing == []
    assert [s.key for s in cited if "".join(s.title.split())[:30] not in squeezed] == []


def test_comparison_questions_and_claims_are_in_it(leaflet, baclofen):
    content = baclofen.medicine.version.content.for_country("US")
    squeezed = "".join("".join(words_of(leaflet())).split())
    texts = [
        *(cell.text for row in content.comparison.rows for cell in row.cells.values()),
        *(each.question for each in content.questions),
        *(each.answer.text for each in content.questions),
        *(each.claim for each in content.claims),
    ]

    first_words = ["".join(text.replace("*", "").split())[:25] for text in texts]
    assert len(first_words) > 100
    assert [words for words in first_words if words not in squeezed] == []


def test_sources_stand_once_at_the_end(leaflet, baclofen):
    numbered = numbered_sources(baclofen.medicine.version.content.for_country("US"))
    text = " ".join(words_of(leaflet()))
    body, listed = text.split(" Sources 1. ")

    assert "Sources on this page" not in text
    for each in numbered[1:]:
        assert f" {each.number}. " in listed
        assert f"{each.number}. {each.source.publisher}: {each.source.title}" not in body


def test_a_source_that_nobody_has_read_has_no_date(leaflet):
    text = " ".join(words_of(leaflet()))

    assert "before it counts. Needs checking." in text
    assert "not applicable" not in text


def test_no_leaflet_calls_anything_safe(leaflet):
    words = " ".join(words_of(leaflet())).lower().split()

    assert "safe" not in [word.strip(".,:;()“”") for word in words]


def test_it_is_made_once_per_version(client, address, baclofen, django_assert_num_queries):
    client.get(address)

    # The version, and which help lines may be printed.
    with django_assert_num_queries(2):
        response = client.get(address)

    assert not response.cookies


@pytest.mark.parametrize("query", ["paper=a3", "print=huge", "paper=%00", "paper="])
def test_another_paper_or_print_is_not_there(query, client, address):
    assert client.get(f"{address}?{query}").status_code == 404


def test_the_medicine_page_links_to_all_four(client, baclofen, address):
    html = client.get(baclofen.get_absolute_url()).content.decode()

    for paper, size in product(SIZES_IN_POINTS, ("normal", "large")):
        assert f'href="{address}?paper={paper}&amp;print={size}"' in html
