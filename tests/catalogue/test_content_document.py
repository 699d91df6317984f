"""docs/content.md says what the content says."""

import re

import pytest
from django.conf import settings

from catalogue.content.document import SECTIONS, Verdict
from catalogue.content.files import MEDICINES, medicine_names, read_medicine
from tests.catalogue.reading_age import grade, parts, rows

DOCUMENT = (settings.BASE_DIR / "docs/content.md").read_text()
HARDEST = 8.0


def lines_under(heading):
    """The rows of the table under a heading."""
    after = DOCUMENT.split(f"\n{heading}\n")[1].split("\n#")[0]
    return [line for line in after.splitlines() if line.startswith("|")][2:]


def test_each_claim_of_the_first_page_stands_there_with_its_verdict():
    claims = read_medicine(MEDICINES / "baclofen").claims

    assert len(claims) == 28
    assert lines_under("## What became of each of its claims") == [
        f"| {n} | {claim.claim} | {Verdict(claim.verdict).label} |"
        for n, claim in enumerate(claims, 1)
    ]


def test_each_topic_of_the_first_page_leads_to_a_section(client, baclofen):
    html = client.get(baclofen.get_absolute_url()).content.decode()

    topics = lines_under("## Where each topic of the first page went")

    assert len(topics) > 25
    for topic in topics:
        anchors = re.findall(r"`#([a-z]+)`", topic)
        assert anchors, topic
        assert all(f' id="{anchor}"' in html for anchor in anchors), topic


def test_the_sections_a_medicine_must_have_are_named():
    for slug in SECTIONS:
        assert f"`{slug}`" in DOCUMENT


@pytest.mark.parametrize("name", ["baclofen", "methocarbamol"])
def test_the_reading_ages_are_those_measured(name):
    assert lines_under(f"### {name.capitalize()}") == rows(read_medicine(MEDICINES / name))


@pytest.mark.parametrize("name", medicine_names())
def test_no_section_is_harder_to_read_than_grade_eight(name):
    found = parts(read_medicine(MEDICINES / name))

    assert {
        part: grade(said) for part, said in found.items() if said and grade(said) > HARDEST
    } == {}
