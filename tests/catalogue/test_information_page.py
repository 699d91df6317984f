"""A medicine that the shop informs about and does not sell."""

import pypdfium2
import pytest
from django.urls import reverse

from catalogue.content.files import MEDICINES, medicine_names, read_medicine
from catalogue.models import Product
from tests.signed import load_medicines


@pytest.fixture
def both(baclofen):
    load_medicines(packs=True)
    return baclofen, Product.objects.get(medicine__slug="methocarbamol")


@pytest.fixture
def html(client, both):
    return client.get(both[1].get_absolute_url()).content.decode()


def test_it_has_no_price_and_no_buy_box(html, both):
    assert not both[1].children.exists()
    assert "$" not in html
    assert 'class="buy"' not in html
    assert 'href="#buy"' not in html
    assert "Information only" in html


def test_it_has_sources_a_warning_and_the_choice_of_country(html):
    for text in ('id="s-1"', "It can make you sleepy", 'name="country"', 'id="leaflet"'):
        assert text in html


def test_a_list_says_that_it_is_information_only(client, both):
    card = client.get(reverse("catalogue:index")).content.decode().split("Methocarbamol")[1]

    assert "Information only" in card.split("</li>")[0]


def test_the_seed_name_finds_it(client, both):
    assert b"Methocarbamol (Robaxin)" in client.get("/search/", {"q": "robaxin"}).content


def test_the_two_medicines_lead_to_each_other(client, both):
    for here, there in (both, reversed(both)):
        link = reverse("catalogue:medicine", args=[there.medicine.slug])
        assert f'href="{link}"' in client.get(here.get_absolute_url()).content.decode()
        assert client.get(link).url == there.get_absolute_url()


@pytest.mark.parametrize("name", medicine_names())
def test_every_link_between_medicines_goes_both_ways(name):
    for link in read_medicine(MEDICINES / name).see_also:
        back = read_medicine(MEDICINES / link.medicine).see_also
        assert name in [each.medicine for each in back]


@pytest.mark.parametrize("slug", ["aspirin", "methocarbamol"])
def test_a_medicine_that_is_not_public_is_not_found(client, both, slug):
    Product.objects.filter(pk=both[1].pk).update(is_public=False)

    assert client.get(reverse("catalogue:medicine", args=[slug])).status_code == 404


def test_without_a_list_of_interactions_there_is_nothing_to_check(client, html, both):
    product = both[1]

    assert 'id="checker"' not in html
    assert html.count("This list does not hold every interaction.") == 1
    address = reverse("catalogue:check", args=[product.slug, product.pk])
    assert client.post(address, {"medicines": "alcohol"}).status_code == 404


def test_without_a_list_of_side_effects_no_heading_stands_over_nothing(html):
    assert 'id="side"' in html
    assert "How often they happen" not in html


@pytest.mark.parametrize("size", ["normal", "large"])
def test_its_leaflet_has_no_empty_part(client, both, size):
    product = both[1]
    address = reverse("catalogue:leaflet", args=[product.slug, product.pk])
    document = pypdfium2.PdfDocument(client.get(address, {"print": size}).content)
    text = " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())

    assert "Methocarbamol" in text
    assert text.count("This list does not hold every interaction.") == 1
    assert "Muscle relaxants compared" not in text
    assert "Claims we checked" not in text
