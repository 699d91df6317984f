"""Putting a pack into the basket."""

import pytest
from django.test import Client
from django.urls import reverse
from oscar.core.loading import get_model

from catalogue.models import Product
from tests.conftest import mg
from tests.signed import sign, speak_of

Basket = get_model("basket", "Basket")
Line = get_model("basket", "Line")
StockRecord = get_model("partner", "StockRecord")


@pytest.fixture
def add(client, baclofen):
    address = reverse(
        "catalogue:add-pack", kwargs={"product_slug": baclofen.slug, "pk": baclofen.pk}
    )

    def post(**data):
        return client.post(address, data)

    post.address = address
    return post


def test_the_chosen_pack_of_the_chosen_strength_goes_into_the_basket(add):
    response = add(**{"strength": "25mg", "pack-10mg": "BAC10-30", "pack-25mg": "BAC25-60"})

    assert (response.status_code, response.url) == (302, reverse("basket:summary"))
    line = Line.objects.get()
    assert (line.product.upc, line.quantity) == ("BAC25-60", 1)


def test_the_visitor_is_told_what_was_added(add, client):
    add(**{"strength": "10mg", "pack-10mg": "BAC10-60"})

    html = client.get(reverse("basket:summary")).content.decode()

    assert "Baclofen tablets 10 mg, 60 tablets: added to your cart." in html


def test_adding_the_same_pack_twice_makes_two_of_it(add):
    add(**{"strength": "10mg", "pack-10mg": "BAC10-60"})
    add(**{"strength": "10mg", "pack-10mg": "BAC10-60"})

    assert Line.objects.get().quantity == 2


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"strength": "10mg"},
        {"strength": "10mg", "pack-10mg": ""},
        {"strength": "10mg", "pack-10mg": "BAC25-60"},
        {"strength": "10mg", "pack-25mg": "BAC25-60"},
        {"strength": "50mg", "pack-50mg": "BAC10-30"},
        {"strength": "10mg", "pack-10mg": "unknown"},
        {"strength": "１０mg", "pack-１０mg": "BAC10-30"},
        {"strength": "-10mg", "pack--10mg": "BAC10-30"},
        {"strength": "1e1mg", "pack-1e1mg": "BAC10-30"},
        {"strength": "9mg" * 900, "pack-" + "9" * 900: "BAC10-30"},
        {"strength": "10mg\0", "pack-10mg\0": "BAC10-30"},
        {"strength": "10mg", "pack-10mg": "BAC10-30\0"},
        {"strength": "💊", "pack-💊": "💊"},
    ],
)
def test_a_choice_that_names_no_pack_gives_the_page_again_with_a_message(add, data):
    response = add(**data)

    assert response.status_code == 422
    assert "Choose a strength and a pack." in response.content.decode()
    assert not Line.objects.exists()


def test_a_pack_that_is_out_of_stock_is_refused_and_the_strength_kept(add):
    response = add(**{"strength": "25mg", "pack-25mg": "BAC25-120"})

    html = response.content.decode()
    assert response.status_code == 422
    assert "This pack is out of stock." in html
    assert 'name="strength" value="25mg" checked' in html
    assert not Line.objects.exists()


def test_no_more_packs_go_in_than_there_are(add):
    StockRecord.objects.filter(partner_sku="BAC10-30").update(num_in_stock=1)
    add(**{"strength": "10mg", "pack-10mg": "BAC10-30"})

    response = add(**{"strength": "10mg", "pack-10mg": "BAC10-30"})

    assert response.status_code == 422
    assert "a maximum of 1 can be bought" in response.content.decode()
    assert Line.objects.get().quantity == 1


def test_no_more_packs_go_in_than_an_order_may_have(add, settings):
    settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD = 1
    add(**{"strength": "10mg", "pack-10mg": "BAC10-30"})

    response = add(**{"strength": "10mg", "pack-10mg": "BAC10-60"})

    assert response.status_code == 422
    assert Line.objects.get().product.upc == "BAC10-30"


def test_a_pack_of_another_medicine_cannot_be_added_from_this_page(add, baclofen):
    other = Product.objects.create(
        title="Other",
        structure=Product.PARENT,
        product_class=baclofen.product_class,
        dose_form=baclofen.dose_form,
    )
    sign(speak_of(other, slug="other", name="Other").shown)
    pack = Product.objects.create(
        structure=Product.CHILD, parent=other, strength=mg(10), units=30, is_discountable=False
    )
    record = StockRecord.objects.get(partner_sku="BAC10-30")
    record.pk, record.product, record.partner_sku = None, pack, "OTHER10-30"
    record.save()

    assert add(**{"strength": "10mg", "pack-10mg": "OTHER10-30"}).status_code == 422


def test_a_hidden_medicine_cannot_be_added(add, baclofen):
    Product.objects.filter(pk=baclofen.pk).update(is_public=False)

    assert add(**{"strength": "10mg", "pack-10mg": "BAC10-30"}).status_code == 404


def test_looking_at_the_address_adds_nothing(add, client):
    assert client.get(add.address).status_code == 405


def test_another_site_cannot_add_a_pack(add):
    careful = Client(enforce_csrf_checks=True)

    response = careful.post(add.address, {"strength": "10mg", "pack-10mg": "BAC10-30"})

    assert response.status_code == 403
    assert not Line.objects.exists()


def test_oscars_own_address_is_not_there(client, baclofen):
    pack = baclofen.children.get(upc="BAC10-30")

    response = client.post(f"/basket/add/{pack.pk}/", {"quantity": "1"})

    assert response.status_code == 404
    assert not Line.objects.exists()
