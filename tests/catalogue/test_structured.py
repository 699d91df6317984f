"""The data block and the head of a product page say what the page shows, and nothing more."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from catalogue.structured import data_block


class Seen(HTMLParser):
    """The words of a page that a reader sees."""

    def __init__(self):
        super().__init__()
        self.words = []
        self.hidden = 0

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.hidden:
            self.words += data.split()


@pytest.fixture
def html(client, baclofen):
    return client.get(baclofen.get_absolute_url()).content.decode()


@pytest.fixture
def data(html):
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(block)


@pytest.fixture
def page(data):
    return data["@graph"][0]


@pytest.fixture
def drug(data):
    return data["@graph"][1]


@pytest.fixture
def seen(html):
    reader = Seen()
    reader.feed(html)
    return " ".join(reader.words)


def test_every_text_of_the_data_is_visible(drug, seen):
    texts = [drug["name"], drug["description"], *drug["warning"]]
    for other in drug["interactingDrug"]:
        texts += [other["name"], other["description"]]
    for code in drug["code"]:
        texts.append(f"{code['codingSystem']} {code['codeValue']}")

    assert [text for text in texts if " ".join(text.split()) not in seen] == []


def test_interactions_of_grade_major_and_moderate_are_all_told(drug, baclofen):
    rows = baclofen.medicine.version.content.interactions
    wanted = {row.label for row in rows if row.severity in ("major", "moderate") and row.names}

    assert {other["name"] for other in drug["interactingDrug"]} == wanted


def test_codes_are_those_of_the_content(drug):
    codes = {code["codingSystem"]: code["codeValue"] for code in drug["code"]}

    assert codes == {"ATC": "M03BX01", "RxNorm": "1292", "SNOMED CT": "387342009"}


def test_offers_are_the_packs_on_the_page_at_their_price(drug, html):
    pack = r'value="(BAC[\d-]+)"\s+data-count="\d+" data-total="\$([\d.]+)"'
    shown = dict(re.findall(pack, html))

    assert {offer["sku"]: offer["price"] for offer in drug["offers"]} == shown
    assert {offer["priceCurrency"] for offer in drug["offers"]} == {"USD"}
    for offer in drug["offers"]:
        assert f'id="{urlsplit(offer["url"]).fragment}"' in html
    sold_out = [o["sku"] for o in drug["offers"] if o["availability"].endswith("OutOfStock")]
    assert sold_out == ["BAC25-120"]


def test_strengths_are_those_on_sale(drug, seen):
    strengths = [(s["strengthValue"], s["strengthUnit"]) for s in drug["availableStrength"]]

    assert strengths == [(10, "mg"), (25, "mg")]
    assert all(f"{value} {unit}" in seen for value, unit in strengths)


def test_the_page_tells_its_canonical_address_and_version(page, html, seen):
    assert f'<link rel="canonical" href="{page["url"]}">' in html
    assert f"Version {page['version']}," in seen
    assert page["name"] in seen


def test_a_medicine_without_packs_offers_nothing(client, baclofen):
    baclofen.children.update(is_public=False)

    html = client.get(baclofen.get_absolute_url()).content.decode()

    assert '"Offer"' not in html
    assert '"Drug"' in html


def test_no_text_can_end_the_block():
    block = data_block({"name": "</script><b>&"})

    assert block.count("<") == 2
    assert json.loads(block.split(">", 1)[1].rsplit("<", 1)[0]) == {"name": "</script><b>&"}


def test_link_previews_come_from_this_shop_alone(html, baclofen, settings):
    tags = dict(re.findall(r'<meta property="(og:\w+)" content="([^"]*)">', html))

    assert tags["og:title"] == "Baclofen tablets"
    assert tags["og:url"] == f"{settings.SITE_URL}{baclofen.get_absolute_url()}"
    assert tags["og:description"] == baclofen.medicine.version.content.description
    assert f'<meta name="description" content="{tags["og:description"]}">' in html


def test_the_sitemap_lists_the_medicine_at_the_shops_own_address(client, baclofen, settings):
    settings.SITE_URL = "https://pharmacy.example"
    xml = client.get("/sitemap.xml").content.decode()

    places = re.findall(r"<loc>([^<]+)</loc>", xml)
    assert f"https://pharmacy.example{baclofen.get_absolute_url()}" in places
    assert "https://pharmacy.example/catalogue/tag/baclofen/" in places
    assert all(urlsplit(place).netloc == "pharmacy.example" for place in places)


def test_what_is_hidden_is_not_in_the_sitemap(client, baclofen):
    baclofen.is_public = False
    baclofen.save()

    assert baclofen.get_absolute_url() not in client.get("/sitemap.xml").content.decode()


def test_every_page_of_the_sitemap_opens_and_is_its_own_canonical(client, baclofen):
    xml = client.get("/sitemap.xml").content.decode()

    for place in re.findall(r"<loc>([^<]+)</loc>", xml):
        response = client.get(urlsplit(place).path)
        assert response.status_code == 200
        assert f'<link rel="canonical" href="{place}">' in response.content.decode()


def test_robots_are_kept_from_personal_pages_and_told_of_the_sitemap(client, db, settings):
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /prescriptions/" in text
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text
