"""The licensed countries have one truth; a shop that runs follows it with its next start."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from oscar.apps.address.models import Country

from catalogue import licences
from catalogue.models import Product
from shop.addresses import checks, countries
from shop.checkout.forms import ShippingAddressForm
from shop.patients.fields import countries as where_patients_live
from shop.review.forms.decision import countries as where_it_goes
from tests.addresses.places import address_in


def everywhere() -> list[set[str]]:
    """Where each form and page lets a country be chosen."""
    delivery = ShippingAddressForm().fields["country"].queryset
    return [
        {each.pk for each in delivery},
        {code for code, _name in where_patients_live() if code},
        {code for code, _name in where_it_goes() if code},
    ]


def test_a_country_that_is_licensed_later_can_be_chosen_and_sent_to(
    baclofen: Product, client: Client, settings: Any
) -> None:
    assert everywhere() == [{"AU", "US"}] * 3

    settings.LICENSED_COUNTRIES = ["AU", "US", "NZ"]

    assert everywhere() == [{"AU", "NZ", "US"}] * 3
    assert ShippingAddressForm(address_in("NZ")).is_valid()
    assert "New Zealand" in client.get("/delivery/").content.decode()


def test_oscars_own_mark_says_nothing(countries: Any, settings: Any) -> None:
    Country.objects.filter(pk="DE").update(is_shipping_country=True)
    Country.objects.filter(pk="AU").update(is_shipping_country=False)

    assert everywhere() == [{"AU", "US"}] * 3


def test_a_country_whose_licence_ended_is_nowhere_to_be_chosen(
    countries: Any, settings: Any
) -> None:
    settings.LICENSED_COUNTRIES = ["US"]

    assert everywhere() == [{"US"}] * 3
    assert "country" in ShippingAddressForm(address_in("AU")).errors


def test_the_check_names_where_packs_may_go_without_a_licence(
    baclofen: Product, settings: Any
) -> None:
    settings.LICENSED_COUNTRIES = ["AU", "NZ"]

    told = {message.id: message.msg for message in licences.check_licences()}

    assert told["catalogue.I001"].startswith("Packs may be supplied in AT, CH, DE")
    assert told["catalogue.I002"] == "Licensed for NZ, and no pack may go there."


@pytest.mark.parametrize(
    ("codes", "id_"),
    [
        (["AU", "US"], None),
        ([], "addresses.E001"),
        (["UK"], "addresses.E002"),
        (["au"], "addresses.E002"),
    ],
)
def test_what_is_no_country_is_said_before_the_shop_starts(
    codes: list[str], id_: str | None, settings: Any
) -> None:
    settings.LICENSED_COUNTRIES = codes

    assert [message.id for message in checks.check_licensed_countries()] == ([id_] if id_ else [])


def test_countries_come_by_their_name(settings: Any, db: None) -> None:
    settings.LICENSED_COUNTRIES = ["US", "DE", "AU"]

    names = [name for _code, name in countries.choices()]
    assert names == ["Australia", "Germany", "United States"]
