"""Another country than the one the approval was made for: at the address, at payment, at the order."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from oscar.apps.address.models import Country
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from shop.review import services as reviews
from shop.settling.settle import settle
from tests.checkout.test_steps import ADDRESS, IN_BOSTON, fill_in_delivery, said, step
from tests.conftest import basket_with, pack_of, signed_in
from tests.review.desk import approve_reviewed
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card


@pytest.fixture
def client(reviewed: Prescription, medicine: Product) -> Client:
    basket_with(reviewed.user, pack_of(medicine, 10, 60))
    return signed_in(reviewed.user)


def test_the_country_it_was_checked_for_goes_on(client: Client, reviewed: Prescription) -> None:
    fill_in_delivery(client)

    assert client.get(step("preview")).status_code == 200
    assert Prescription.objects.get().status == Status.APPROVED


AGAIN = {"check_again_us": "on"}


def test_for_a_new_address_in_another_country_it_is_asked_first(client: Client) -> None:
    page = client.post(step("shipping-address"), {**ADDRESS, **IN_BOSTON}).content.decode()

    assert "nothing can be ordered on it, wherever it goes" in page
    assert 'name="check_again_us"' in page
    assert Prescription.objects.get().status == Status.APPROVED


def test_with_the_tick_a_pharmacist_checks_it_again(client: Client) -> None:
    response = client.post(step("shipping-address"), {**ADDRESS, **IN_BOSTON, **AGAIN})

    assert response["Location"] == step("prescription")
    assert "A pharmacist looks at your prescription again" in said(response)
    assert Prescription.objects.get().status == Status.SUBMITTED


def test_a_tick_for_one_country_counts_for_no_other(client: Client) -> None:
    client.post(step("shipping-address"), {**ADDRESS, **IN_BOSTON, "check_again_de": "on"})

    assert Prescription.objects.get().status == Status.APPROVED


def test_for_an_address_from_the_book_it_is_asked_too(client: Client, customer: User) -> None:
    address = customer.addresses.create(
        first_name="Anna",
        last_name="Example",
        line1="1 Example Street",
        line4="Boston",
        state="MA",
        postcode="02108",
        country=Country.objects.get(iso_3166_1_a2="US"),
    )

    page = client.post(step("shipping-address"), {"action": "ship_to", "address_id": address.pk})

    assert 'name="check_again_us"' in page.content.decode()
    assert 'value="1 Example Street"' in page.content.decode()
    assert Prescription.objects.get().status == Status.APPROVED


def test_looking_at_a_step_changes_nothing(
    client: Client, reviewed: Prescription, medicine: Product, pharmacist: User
) -> None:
    fill_in_delivery(client)
    reviews.destination_changed(reviewed, "US", by=reviewed.user)
    reviewed.refresh_from_db()
    approve_reviewed(reviewed, medicine, by=pharmacist, country="US")

    response = client.get(step("preview"))

    assert response["Location"] == step("shipping-address")
    assert "checked for another country" in said(response)
    assert Prescription.objects.get().status == Status.APPROVED


def test_who_paid_in_between_is_not_charged(
    reviewed: Prescription, medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    attempt, url = open_card_page(
        reviewed.user, basket_with(reviewed.user, pack_of(medicine, 10, 60))
    )
    reviews.destination_changed(reviewed, "US", by=reviewed.user)
    reviewed.refresh_from_db()
    approve_reviewed(reviewed, medicine, by=pharmacist, country="US")
    pay_by_card(url)

    settle(attempt)

    assert not Order.objects.exists()
    assert intent_statuses(stripe) == ["canceled"]


def test_a_paid_order_waits_until_it_is_checked_again(
    reviewed: Prescription, medicine: Product, stripe: Emulator, staff: User
) -> None:
    attempt, url = open_card_page(
        reviewed.user, basket_with(reviewed.user, pack_of(medicine, 10, 60))
    )
    pay_by_card(url)
    settle(attempt)
    reviewed.refresh_from_db()
    reviews.destination_changed(reviewed, "US", by=reviewed.user)
    order = Order.objects.get()

    signed_in(staff).post(
        reverse("dashboard:order-detail", args=[order.number]),
        {"order_action": "change_order_status", "new_status": "Dispensing"},
    )

    assert Order.objects.get().status == "Paid"
