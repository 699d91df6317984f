"""No cell of any file for a spreadsheet is a formula, whatever somebody calls themselves."""

from __future__ import annotations

import csv  # noqa: TID251
import io
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse
from oscar.apps.address.models import Country
from oscar.apps.order.models import BillingAddress, Order, ShippingAddress

from shop.accounts.models import User
from shop.dashboard import spreadsheets
from tests.conftest import make_user, signed_in
from tests.site.addresses import expected

ASKING = {
    "response_format": "csv",
    "format": "csv",
    "download": "on",
    "report_type": "order_report",
}
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1",
    "Anna;=1",
    "Anna\t@SUM(A1)",
]
CALCULATED = tuple("=+-@＝＋－＠\t\r\n")


def sold_to(name: str, country: Country, *, number: int) -> Order:
    user = make_user(f"=cmd{number}@example.com", first_name=name, last_name=name)
    to = {"first_name": name, "last_name": name, "line1": name, "country": country}
    return Order.objects.create(
        number=f"={number}",
        user=user,
        shipping_address=ShippingAddress.objects.create(**to),
        billing_address=BillingAddress.objects.create(**to),
        total_incl_tax=Decimal(-1),
        total_excl_tax=Decimal(-1),
    )


@pytest.fixture
def orders(countries: dict[str, Country]) -> list[Order]:
    return [sold_to(name, countries["AU"], number=n) for n, name in enumerate(HOSTILE)]


def calculated_cells(response: HttpResponse) -> list[str]:
    """Those cells of the file that a spreadsheet takes for a formula, with whichever separator."""
    assert response["Content-Type"] == "text/csv"
    rows = list(csv.reader(io.StringIO(response.content.decode(), newline="")))
    assert len(rows) > len(HOSTILE)
    words = [cell for row in rows for cell in row if cell != "-1.00"]
    apart = [part for word in words for part in word.replace(";", "\t").split("\t")]
    return [part for part in apart if part.lstrip(" ").startswith(CALCULATED)]


def test_no_file_for_a_spreadsheet_holds_a_formula(world: dict[str, Any], orders: Any) -> None:
    client = signed_in(world["visitors"]["superuser"])
    files = {}
    for name in expected():
        response = client.get(reverse(name, args=world["arguments"].get(name)), ASKING)
        if "csv" in response.get("Content-Type", ""):
            files[name] = calculated_cells(response)

    assert files == {"dashboard:order-list": []}


def test_nor_does_the_file_of_chosen_orders(staff: User, orders: list[Order]) -> None:
    chosen = {"action": "download_selected_orders", "selected_order": [each.pk for each in orders]}

    response = signed_in(staff).post(reverse("dashboard:order-list"), chosen)

    assert calculated_cells(response) == []
    assert "'=cmd|" in response.content.decode()


@pytest.mark.parametrize("cell", [Decimal("-1.50"), 7, "Anna Example", "O'Brien-Smith", ""])
def test_a_number_and_a_usual_name_stay_as_they_are(cell: object) -> None:
    assert spreadsheets.as_text(cell) == cell


@pytest.mark.parametrize("words", ["Bertram", "bertr quill", "Quill Bertram", "Anna"])
def test_an_order_is_found_by_the_name_on_the_parcel_and_by_the_customers(
    staff: User, customer: User, countries: dict[str, Country], words: str
) -> None:
    order = sold_to("Nobody", countries["AU"], number=1)
    parcel = order.shipping_address
    parcel.first_name, parcel.last_name = "Bertram", "van Quill"
    parcel.save()
    Order.objects.update(user=customer)
    sold_to("Somebody", countries["AU"], number=2)

    page = signed_in(staff).get(reverse("dashboard:order-list"), {"name": words})

    assert list(page.context["orders"]) == [order]
    assert f"Name contains “{words}”" in page.content.decode()
