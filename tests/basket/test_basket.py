"""The basket page: what it costs, and which numbers it takes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.accounts.models import User
from shop.basket.models import Basket
from shop.prescriptions.models import Prescription
from tests.checkout.test_steps import fill_in_delivery
from tests.conftest import basket_with, pack_of, signed_in

SUMMARY = reverse("basket:summary")


def packs(medicine: Product) -> list[Product]:
    return list(medicine.children.order_by("strength", "units"))


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_more_lines_cost_no_more_queries(customer: User, medicine: Product) -> None:
    basket = basket_with(customer, packs(medicine)[0])
    client = signed_in(customer)
    one = queries(client, SUMMARY)

    for pack in packs(medicine)[1:]:
        basket.add_product(pack, 1)

    assert queries(client, SUMMARY) == one


def test_more_lines_cost_no_more_queries_on_the_prescription_step(
    customer: User, medicine: Product
) -> None:
    basket = basket_with(customer, packs(medicine)[0])
    client = signed_in(customer)
    one = queries(client, reverse("checkout:prescription"))

    for pack in packs(medicine)[1:]:
        basket.add_product(pack, 1)

    assert queries(client, reverse("checkout:prescription")) == one


def change_quantity(client: Client, basket: Basket, quantity: str) -> HttpResponse:
    line = basket.lines.get()
    return client.post(
        SUMMARY,
        {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-MIN_NUM_FORMS": "0",
            "form-MAX_NUM_FORMS": "1000",
            "form-0-id": str(line.pk),
            "form-0-quantity": quantity,
        },
    )


@pytest.mark.parametrize(
    "quantity", ["-1", "1e9", "1000000000", "9" * 5000, "1.5", "x", "NaN", "6", "\x00"]
)
def test_a_senseless_quantity_is_refused(quantity: str, customer: User, medicine: Product) -> None:
    basket = basket_with(customer, pack_of(medicine, 10, 30))

    change_quantity(signed_in(customer), basket, quantity)

    assert basket.lines.get().quantity == 1


def test_a_sensible_quantity_is_taken(customer: User, medicine: Product) -> None:
    basket = basket_with(customer, pack_of(medicine, 10, 30))

    change_quantity(signed_in(customer), basket, "5")

    assert basket.lines.get().quantity == 5


def test_what_sold_out_meanwhile_is_said(approved: Prescription, medicine: Product) -> None:
    basket_with(approved.user, pack_of(medicine, 10, 60))
    client = signed_in(approved.user)
    fill_in_delivery(client)
    StockRecord.objects.update(num_in_stock=0)

    page = client.get(reverse("checkout:preview"), follow=True)

    assert page.redirect_chain[-1][0] == SUMMARY
    assert "no longer available" in page.content.decode()
