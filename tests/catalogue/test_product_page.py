"""The page of a medicine, as a visitor sees it."""

import re
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.db.models import F
from django.urls import reverse
from oscar.core.loading import get_model

from catalogue.amounts import DoseForm
from catalogue.content import rendering
from catalogue.models import ContentVersion, Product
from catalogue.shelf import NewPack, _create, prescription_class
from tests.conftest import mg

ORDER = [
    *("warning", "facts", "buy", "start", "for", "before", "how", "stop", "side", "mix", "family"),
    *("overdose", "store", "works", "opinions", "compare", "questions", "claims", "see"),
    *("leaflet", "src"),
]
StockRecord = get_model("partner", "StockRecord")
Partner = get_model("partner", "Partner")
ProductRecord = get_model("analytics", "ProductRecord")


@pytest.fixture
def page(client, baclofen):
    def read():
        response = client.get(baclofen.get_absolute_url())
        assert response.status_code == 200
        return response.content.decode()

    return read


@pytest.fixture
def cold():
    rendering._rendered.cache_clear()  # noqa: SLF001 (a new process)


def more_packs(parent, count):
    partner = Partner.objects.get()
    for n in range(count):
        pack = NewPack(
            f"MORE-{n}", DoseForm.TABLET, mg(50), n + 1, Decimal("10.00"), 5, ("AU", "US", "DE")
        )
        _create(parent, pack, partner)


def test_a_cold_page_takes_four_queries(client, baclofen, cold, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.get(baclofen.get_absolute_url())


def test_a_warm_page_takes_two_queries(client, baclofen, django_assert_num_queries):
    client.get(baclofen.get_absolute_url())

    with django_assert_num_queries(2):
        client.get(baclofen.get_absolute_url())


def test_forty_packs_take_no_more_queries(client, baclofen, cold, django_assert_num_queries):
    more_packs(baclofen, 40)

    with django_assert_num_queries(4):
        response = client.get(baclofen.get_absolute_url())

    assert response.content.count(b'<label class="pack"') == 48


def test_a_thousand_products_take_no_more_queries(
    client, baclofen, cold, django_assert_num_queries
):
    kind = prescription_class()
    Product.objects.bulk_create(
        Product(title=f"Medicine {n}", slug=f"m{n}", product_class=kind) for n in range(1000)
    )

    with django_assert_num_queries(4):
        client.get(baclofen.get_absolute_url())


def test_a_reader_gets_no_session_and_no_cookie_but_the_forms_token(client, baclofen):
    response = client.get(baclofen.get_absolute_url())

    assert set(response.cookies) == {"csrftoken"}
    assert not Session.objects.exists()


@pytest.mark.parametrize("address", ["/catalogue/", "/catalogue/tag/baclofen/", "/search/?q=x"])
def test_lists_set_no_cookie_at_all(client, baclofen, address):
    assert not client.get(address).cookies


def test_nobody_records_what_was_looked_at(client, baclofen):
    client.get(baclofen.get_absolute_url())

    assert not ProductRecord.objects.exists()


def test_the_lowest_price_per_tablet_links_to_its_pack(page):
    html = " ".join(page().split())

    assert '<a class="num" href="#pack-BAC10-120"> from $0.51 per tablet</a>' in html


def test_packs_show_price_per_tablet_and_total_and_compare_no_prices(page):
    html = " ".join(page().split())

    assert 'value="BAC10-60" data-count="60" data-total="$37.80"' in html
    assert "$0.63" in html
    assert not re.search(r"less than \w+ packs|\bsave|cheaper", html.lower())


def test_a_pack_that_is_out_of_stock_cannot_be_chosen_and_says_so(page):
    row = page().split('id="pack-BAC25-120"')[1].split("</label>")[0]

    assert "disabled" in row
    assert "Out of stock" in row
    assert "In stock" not in row


def test_the_page_says_why_a_strength_is_not_sent_to_a_country(page):
    html = page()

    assert "We can send this strength to Australia." in html
    assert "We cannot send it to United States, because" in html


def test_the_price_block_makes_no_claim(page):
    block = page().split('<aside class="buy"')[1].split("</aside>")[0].lower()

    for word in ("spasm", "sclerosis", "relax", "treat", "effective", "safe", "best", "%", "save"):
        assert word not in block


@pytest.mark.parametrize(
    "change", [{"price": Decimal("60.00")}, {"num_in_stock": 0}, {"num_allocated": 200}]
)
def test_a_change_of_price_or_stock_shows_at_once_however_it_was_made(page, change):
    before = page()

    StockRecord.objects.filter(partner_sku="BAC10-120").update(**change)

    after = page()
    assert "from $0.51 per tablet" in before
    assert "from $0.51 per tablet" not in after


def test_stock_that_comes_back_shows_at_once(page):
    assert page().count("disabled") == 1

    StockRecord.objects.filter(partner_sku="BAC25-120").update(num_in_stock=F("num_in_stock") + 1)

    assert "disabled" not in page()


def test_a_hidden_pack_is_not_offered(page, baclofen):
    baclofen.children.filter(upc="BAC10-30").update(is_public=False)

    assert "BAC10-30" not in page()


def test_a_hidden_medicine_is_not_found(client, baclofen):
    Product.objects.filter(pk=baclofen.pk).update(is_public=False)

    assert client.get(baclofen.get_absolute_url()).status_code == 404


def test_the_address_of_a_pack_leads_to_its_medicine(client, baclofen):
    pack = baclofen.children.get(upc="BAC10-30")

    response = client.get(pack.get_absolute_url())

    assert (response.status_code, response.url) == (301, baclofen.get_absolute_url())


def test_a_medicine_without_packs_has_no_price_and_no_buy_box(page, baclofen):
    baclofen.children.update(is_public=False)

    html = page()

    assert "$" not in html
    assert 'class="buy"' not in html
    assert "What it is for" in html


def test_a_product_without_content_says_so(client, db):
    product = Product.objects.create(title="New medicine", product_class=prescription_class())

    html = client.get(product.get_absolute_url()).content.decode()

    assert "is being written" in html


def test_the_page_has_every_section_once_and_one_main_heading(page):
    html = page()

    assert html.count("<h1") == 1
    for anchor in ORDER:
        assert html.count(f' id="{anchor}"') == 1
        assert f'href="#{anchor}"' in html


def test_the_sections_stand_in_their_order_on_the_page_and_in_its_list(page):
    html = page()

    links = html.split('class="toc"')[1].split("</nav>")[0].split('href="#')[1:]

    assert [link.split('"')[0] for link in links] == ORDER
    assert [html.index(f' id="{anchor}"') for anchor in ORDER] == sorted(
        html.index(f' id="{anchor}"') for anchor in ORDER
    )


def test_the_claims_are_there_with_adderall_and_genes_among_them(page):
    html = page()

    for start in ("It makes the calming effect of Adderall", "Genes play a big part"):
        row = html.split(start)[1].split("</tr>")[0]
        assert "Wrong or unproven" in row
        assert 'href="#s-' in row
    assert html.count(' id="claim-') == 28


def test_the_comparison_names_every_medicine_in_every_row_and_ranks_none(page):
    block = page().split('id="compare"')[1].split('id="questions"')[0]

    assert block.count("Dantrolene") == block.count("Cyclobenzaprine")
    for word in ("better for you", "best", "recommended", "preferred", "winner"):
        assert word not in block.lower()


def test_side_effects_stand_by_frequency_and_part_of_the_body(page):
    side = page().split('id="often"')[1].split('id="mix"')[0]

    common = side.split("<h4>Common</h4>")[1].split("<h4>")[0]
    assert "CIOMS" in side
    assert "<dt>Mind</dt>" in common
    assert "confusion" in common.split("<dt>Mind</dt>")[1].split("</dd>")[0]


def test_every_citation_leads_to_a_source_on_the_page(page):
    html = page()

    cited = {part.split('"')[0] for part in html.split('href="#s-')[1:]}
    listed = {part.split('"')[0] for part in html.split('id="s-')[1:]}

    assert cited == listed
    assert len(listed) > 50


def test_the_page_of_sources_has_the_same_numbers_with_addresses(client, page, baclofen):
    client.cookies["reader_country"] = "CH"
    html = page()

    listed = client.get(reverse("catalogue:sources", args=["baclofen"])).content.decode()

    for number in (1, 30, 60):
        part = f'id="s-{number}">'
        publisher = html.split(part)[1].split(":")[0]
        assert listed.split(part)[1].split(":")[0].strip() == publisher.strip()
    assert listed.count('rel="noopener noreferrer"') > 20
    assert reverse("catalogue:sources", args=["baclofen"]) in html


def test_every_source_says_when_it_was_read_and_how_far_it_is_checked(page):
    for source in page().split('id="s-')[1:]:
        text = source.split("</li>")[0]
        own = "No source read yet" in text
        assert own or "Read November 2026." in text, text
        assert any(mark in text for mark in ("erified", "hird-party copy", "eeds checking")), text


def test_a_hidden_medicine_has_no_page_of_sources(client, baclofen):
    Product.objects.filter(pk=baclofen.pk).update(is_public=False)

    assert client.get(reverse("catalogue:sources", args=["baclofen"])).status_code == 404


def test_no_id_stands_twice(page):
    ids = [part.split('"')[0] for part in page().split(' id="')[1:]]

    assert sorted(ids) == sorted(set(ids))


def test_the_tags_of_the_medicine_lead_to_their_pages(page):
    assert '<a class="tag" href="/catalogue/tag/baclofen/">Baclofen</a>' in page()


def test_the_content_says_that_nobody_has_signed_it(page):
    ContentVersion.objects.update(signature=None)
    html = " ".join(page().split())

    assert html.count("Not yet signed by a pharmacist") == 2
    assert 'id="buy"' not in html


def test_all_interactions_are_listed_worst_first(page):
    html = page()

    # 40 medicines or groups of them, and four combinations.
    assert html.count('<tr id="with-') == 44
    assert html.index("with-opioids") < html.index("with-lithium") < html.index("with-food")
    assert html.index("with-opioid-benzodiazepine") < html.index("with-lithium")


def test_no_text_of_the_page_calls_anything_safe(page):
    words = page().lower().replace("safety", "").split()

    assert "safe" not in [word.strip(".,:;()“”") for word in words]
