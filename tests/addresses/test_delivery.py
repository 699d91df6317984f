"""An address to which no parcel would come is not paid for, in any country we may send to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from oscar.apps.address.models import UserAddress
from oscar.apps.order.models import ShippingAddress

from catalogue.models import Product, ProductClass
from shop.accounts.models import User
from shop.addresses import rules
from shop.addresses.countries import country
from shop.addresses.fitting import CHANGE
from shop.addresses.rules import Part, Place
from shop.checkout.forms import ShippingAddressForm
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from tests.addresses.places import NEEDED, PLACES, address_in
from tests.checkout.walking import press_pay, step
from tests.conftest import basket_with, let_the_log_know, pack_of, signed_in

LACKING = [(code, name) for code, names in NEEDED.items() for name in names]
POSTCODES = "AU US GB CA NZ IE DE AT"


@pytest.fixture(autouse=True)
def everywhere(settings: Any, db: None) -> None:
    settings.LICENSED_COUNTRIES = list(PLACES)


@pytest.fixture
def client(customer: User, medicine: Product) -> Client:
    """Somebody with a cart that needs no prescription, so that it may go anywhere."""
    ProductClass.objects.update(needs_prescription=False)
    let_the_log_know(ProductClass.objects.get())
    basket_with(customer, pack_of(medicine, 10, 60))
    return signed_in(customer)


def typed(page: Any) -> dict[str, list[str]]:
    return dict(page.context["form"].errors)


@pytest.mark.parametrize("code", PLACES)
def test_a_whole_address_goes_on_to_the_delivery(client: Client, code: str) -> None:
    response = client.post(step("shipping-address"), address_in(code))

    assert response["Location"] == step("shipping-method")


@pytest.mark.parametrize(("code", "name"), LACKING)
def test_what_the_country_needs_is_asked_for_beside_its_field(code: str, name: str) -> None:
    form = ShippingAddressForm(address_in(code, **{name: " "}))

    assert list(form.errors) == [name]
    assert re.match(r"(Enter|Choose) the ", form.errors[name][0])


@pytest.mark.parametrize("code", POSTCODES.split())
@pytest.mark.parametrize("postcode", ["12", "ABCDEF", "EC1Y 8SYX", "123456789"])
def test_a_postcode_of_no_such_country_is_refused_beside_its_field(
    code: str, postcode: str
) -> None:
    form = ShippingAddressForm(address_in(code, postcode=postcode))

    assert list(form.errors) == ["postcode"]
    assert "It looks like this: " in form.errors["postcode"][0]


@pytest.mark.parametrize(("code", "state"), [("AU", "OR"), ("US", "NSW"), ("CA", "Kent")])
def test_a_state_of_another_country_is_refused(code: str, state: str) -> None:
    form = ShippingAddressForm(address_in(code, state=state))

    assert "from the list" in form.errors["state"][0]


def test_a_postcode_of_another_state_is_refused() -> None:
    form = ShippingAddressForm(address_in("AU", state="VIC"))

    assert "does not belong to Victoria" in form.errors["postcode"][0]


@pytest.mark.parametrize("name", ["New South Wales", "new south wales", "nsw"])
def test_a_state_counts_by_its_name_and_is_written_as_on_a_parcel(name: str) -> None:
    form = ShippingAddressForm(address_in("AU", state=name, postcode=" 2000 "))

    assert form.is_valid()
    assert (form.instance.state, form.instance.postcode) == ("NSW", "2000")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AU", ["Suburb or town", "State or territory", "Postcode", "Australian Capital"]),
        ("US", ["City", "State", "ZIP code", "Oregon"]),
        ("GB", ["Town or city", "Postcode"]),
        ("CA", ["City", "Province or territory", "Postal code", "Nova Scotia"]),
        ("NZ", ["Suburb", "Town or city", "Postcode"]),
        ("IE", ["County", "Eircode", "Co. Cork"]),
    ],
)
def test_the_button_beside_the_country_asks_for_an_address_there(
    client: Client, code: str, words: list[str]
) -> None:
    before = "DE"
    page = client.post(
        step("shipping-address"), {"first_name": "Anna", "country": code, CHANGE: before}
    )

    shown = page.content.decode()
    assert typed(page) == {}
    assert all(word in shown for word in words)
    assert 'value="Anna"' in shown
    assert (f'<option value="{code}" selected>') in shown


def test_the_key_enter_sends_the_form_and_does_not_change_it(client: Client) -> None:
    response = client.post(step("shipping-address"), address_in("AU", **{CHANGE: "AU"}))

    assert response["Location"] == step("shipping-method")


def test_a_state_of_before_does_not_go_along_to_a_country_without_any() -> None:
    form = ShippingAddressForm(address_in("DE", state="NSW"))

    assert form.is_valid()
    assert form.instance.state == ""


@pytest.mark.parametrize(
    ("code", "typed_number", "kept"),
    [
        ("AU", "02 5550 1234", "+61255501234"),
        ("US", "(503) 555-0100", "+15035550100"),
        ("AU", "+1 503 555 0100", "+15035550100"),
        ("GB", "020 7946 0000", "+442079460000"),
    ],
)
def test_a_number_is_read_as_in_its_country(code: str, typed_number: str, kept: str) -> None:
    form = ShippingAddressForm(address_in(code, phone_number=typed_number))

    assert form.is_valid()
    assert form.instance.phone_number.as_e164 == kept


@pytest.mark.parametrize("number", ["12345", "call me", "02 5550", "+61 1"])
def test_a_number_that_nobody_has_says_how_one_looks(number: str) -> None:
    form = ShippingAddressForm(address_in("AU", phone_number=number))

    assert "(02) 1234 5678" in form.errors["phone_number"][0]


def kept_address(customer: User, **fields: str) -> UserAddress:
    fields = {**address_in("AU", **fields)}
    return UserAddress.objects.create(
        user=customer, country=country(fields.pop("country")), **fields
    )


def test_an_address_of_before_is_not_sent_to_but_shown_with_what_it_lacks(
    client: Client, customer: User
) -> None:
    address = kept_address(customer, state="", postcode="")

    page = client.post(step("shipping-address"), {"address_id": address.pk})

    assert set(typed(page)) == {"state", "postcode"}
    assert 'value="1 Sample Street"' in page.content.decode()


def test_an_address_in_the_session_of_before_is_asked_for_again(client: Client) -> None:
    client.post(step("shipping-address"), address_in("AU"))
    client.post(step("shipping-method"), {"method_code": "standard"})
    session = client.session
    session["checkout_data"]["shipping"]["new_address_fields"]["postcode"] = ""
    session.save()

    page = client.post(step("preview"), {"quote": "any", "prescription": ""}, follow=True)

    assert page.redirect_chain[-1][0] == step("shipping-address")
    assert "Enter the postcode." in page.content.decode()


def test_the_address_book_asks_for_the_same(client: Client, customer: User) -> None:
    page = client.post(reverse("customer:address-create"), address_in("AU", postcode="20"))
    assert "It looks like this" in page.content.decode()
    assert not customer.addresses.exists()

    client.post(reverse("customer:address-create"), address_in("AU"))
    assert customer.addresses.get().state == "NSW"


SOME_WORDS = st.sampled_from(["", " ", "2000", "97201", "NSW", "OR", "Sydney", "EC1Y 8SY", "ZZ"])


@trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    code=st.sampled_from(sorted(PLACES)),
    fields=st.fixed_dictionaries(
        dict.fromkeys(("line1", "line3", "line4", "state", "postcode"), SOME_WORDS)
    ),
)
def test_what_is_paid_is_what_the_form_lets_through_and_that_is_whole(
    code: str, fields: dict[str, str]
) -> None:
    form = ShippingAddressForm(address_in(code, **fields))
    sent = ShippingAddress(country=country(code), **fields)

    if form.is_valid():
        gate.check_address(form.instance)
        assert rules.faults(_place(form.instance)) == {}
        assert all(str(getattr(form.instance, name)).strip() for name in NEEDED[code])
    else:
        with pytest.raises(Refused) as refusal:
            gate.check_address(sent)
        assert refusal.value.reason == Reason.ADDRESS


def _place(address: ShippingAddress) -> Place:
    return Place(
        address.line1,
        address.line3,
        address.line4,
        address.state,
        address.postcode,
        address.country_id,
    )


@pytest.mark.parametrize("code", PLACES)
def test_every_part_has_a_name_and_every_state_too(code: str) -> None:
    of = rules.rules_of(code)

    assert all(of.label(part) for part in Part)
    assert all(of.states.values())


def test_paying_needs_no_more_than_that(client: Client, stripe: Any) -> None:
    client.post(step("shipping-address"), address_in("AU"))
    client.post(step("shipping-method"), {"method_code": "standard"})

    assert press_pay(client).status_code == 303
