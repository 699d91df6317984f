"""Where a statement comes from: no reader is sent to a test host, and what nobody has read says so."""

import io
import re
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from catalogue.content import rendering
from catalogue.content.addresses import why_not
from catalogue.content.files import medicine_names, read_sources
from catalogue.content.sections import Country, Mark
from catalogue.models import Product
from tests.catalogue.folders import SHIPPED
from tests.signed import load_medicines

ADDRESS = re.compile(r"https?://[^\s\"'<>)\]}]+")
CITING = re.compile(r'<span class="cites"><i>[^<]*</i>(.*?)</span>', re.DOTALL)
UNREAD = ("(general knowledge)", "(partly general knowledge)")
PROFILES = Path(settings.BASE_DIR) / "shop/jurisdictions/profiles"


@pytest.mark.parametrize(
    "file", [*sorted(SHIPPED.rglob("*.*")), *PROFILES.glob("*.yaml")], ids=lambda path: path.name
)
def test_no_address_is_a_test_host_or_a_copy(file):
    found = ADDRESS.findall(file.read_text())

    assert {address: why for address in found if (why := why_not(address))} == {}


@pytest.mark.parametrize("name", medicine_names())
def test_what_was_read_on_a_copy_is_named_in_words(name):
    for source in read_sources(SHIPPED / name):
        if source.mark == Mark.THIRD_PARTY:
            assert not source.address, source.key
            assert source.publisher, source.key


@pytest.mark.parametrize(
    "address",
    [
        "https://nps.staging.intersquad.co/medicine-finder/apo-baclofen-25-mg-tablets",
        "https://uat.mimsdev.com/vietnam/drug/info/bamifen/overdosage",
        "https://prdmimsweb.azurewebsites.net/singapore/drug/info/pms-baclofen",
        "https://preview.medikamio.com/de-de/medikamente/baclofen-dura-25-mg/pil",
        "https://dev.aapmr.org/banner-ads/hcp-animated-300x250/index.html",
        "https://trial.medpath.com/drug/approvals/hsa/2cf6c322b8bdac58",
        "https://dailymed-beta.nlm.nih.gov/dailymed/drugInfo.cfm",
        "https://etg-complete-oxy.netlify.app/gastrointestinal",
        "https://ch.oddb.org/de/gcc/fachinfo",
        "https://www.drugs.com/uk/baclofen.html",
        "http://www.nhs.uk",
        "https://",
        "nhs.uk",
    ],
)
def test_such_an_address_is_refused(address):
    assert why_not(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.tga.gov.au/node/383783",
        "https://pubmed.ncbi.nlm.nih.gov/31705755/",
        "https://www.devonhealth.nhs.uk/test/results",
        "https://latest.example.org/preview",
    ],
)
def test_a_publishers_own_address_is_not(address):
    assert why_not(address) == ""


@pytest.fixture(params=medicine_names())
def sold(request, db):
    load_medicines()
    return Product.objects.get(medicine__slug=request.param)


def unread_number(content):
    """The number of the source that stands for what nobody has read."""
    return next(n.number for n in rendering.numbered_sources(content) if n.source.is_unread)


@pytest.mark.parametrize("country", Country.values)
def test_what_rests_on_general_knowledge_says_so_where_it_stands(client, sold, country):
    client.cookies["reader_country"] = country
    content = sold.medicine.shown.content.for_country(country)
    own = f'href="#s-{unread_number(content)}"'

    citing = CITING.findall(client.get(sold.get_absolute_url()).content.decode())

    whole = [each for each in citing if own in each and each.count("<a ") == 1]
    assert whole
    assert all(UNREAD[0] in each for each in whole)
    assert all(any(words in each for words in UNREAD) for each in citing if own in each)
    marked = sum("general knowledge" in each for each in citing)
    # Those stand on the label, not on the page.
    on_the_label = [each.statement for each in content.cautions]
    said = [each for each in content.statements() if each not in on_the_label]
    cited = [*said, *content.side_effects, *content.warnings, *content.packs]
    assert marked == sum(
        any(citation.mark == Mark.UNCHECKED for citation in each.citations) for each in cited
    )


def test_every_line_of_what_to_do_is_marked_or_read(client, baclofen):
    content = baclofen.medicine.shown.content.for_country("AU")
    numbers = rendering.source_numbers(content)
    advice = rendering.by_urgency(content)

    html = render_to_string(
        "oscar/catalogue/partials/side_effects.html",
        {"advice": advice, "numbers": numbers, "content": content},
    )

    lines = re.findall(r"<li>(.*?)</li>", html, re.DOTALL)
    unread = [
        each for each in content.advice if not any(c.mark != "OK" for c in each.statement.citations)
    ]
    assert len(lines) == len(content.advice)
    assert len(unread) > 20
    assert sum("(general knowledge)" in line for line in lines) == len(unread)


@pytest.mark.parametrize("country", Country.values)
def test_so_does_the_whole_text_on_paper(client, sold, country):
    client.cookies["reader_country"] = country
    own = unread_number(sold.medicine.shown.content.for_country(country))
    address = reverse("catalogue:leaflet", args=[sold.slug, sold.pk])

    pages = pypdfium2.PdfDocument(io.BytesIO(client.get(address, {"text": "whole"}).content))

    texts = (" ".join(page.get_textpage().get_text_range().split()) for page in pages)
    text = " ".join(text.rsplit(f"{sold.title}, version", 1)[0] for text in texts)
    after = re.findall(rf"\[{own}\](.{{25}})", text)
    assert after
    assert [each for each in after if "(general knowledge)" not in each] == []
