"""What the information pages, the account pages and the error pages say and link to."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.template import loader
from django.test import Client

from tests.conftest import signed_in
from tests.pages.test_identity import PAGES


@pytest.mark.parametrize("path", PAGES)
def test_every_link_on_a_page_leads_somewhere(client: Client, db: None, path: str) -> None:
    page = client.get(path).content.decode()

    for link in set(re.findall(r'<a [^>]*href="(/[^"#?]*)', page)):
        assert client.get(link).status_code in (200, 302), link


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_a_title_and_an_address_of_its_own(
    client: Client, db: None, path: str
) -> None:
    page = " ".join(client.get(path).content.decode().split())

    assert page.count("<h1") == 1
    assert re.search(r"<title> ?[^ <][^<]* \| Alder Pharmacy</title>", page)
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{path}">' in page


def test_the_front_page_lists_the_medicines(client: Client, medicine: Any) -> None:
    page = client.get("/").content.decode()

    assert medicine.title in page
    assert re.search(r"From \$\d+\.\d\d per tablet", page)


def test_a_photo_is_said_to_start_the_check_only(client: Client, db: None) -> None:
    page = client.get("/how-prescriptions-work/").content.decode()

    assert "It does not replace the prescription" in page


def test_delivery_names_the_countries_we_may_send_to(client: Client, countries: Any) -> None:
    page = client.get("/delivery/").content.decode()

    assert "<li>Australia</li>" in page
    assert "<li>Germany</li>" not in page


def test_the_shop_is_healthy_while_the_database_answers(client: Client, db: None) -> None:
    assert client.get("/healthz").content == b"ok"


def test_the_shop_is_not_healthy_without_its_database(client: Client, db: None) -> None:
    with patch.object(connection, "cursor", side_effect=OperationalError):
        response = client.get("/healthz")

    assert response.status_code == 503


def test_signing_in_keeps_where_the_visitor_was_going(client: Client, db: None) -> None:
    page = client.get("/accounts/login/?next=/basket/").content.decode()

    assert '<input type="hidden" name="next" value="/basket/">' in page
    assert "/accounts/signup/?next=%2Fbasket%2F" in page


def test_an_empty_basket_says_so(client: Client, db: None) -> None:
    assert "is empty." in client.get("/basket/").content.decode()


@pytest.mark.parametrize("name", ["400.html", "413.html", "500.html"])
def test_an_error_page_needs_no_request(name: str) -> None:
    page = loader.get_template(name).render()

    assert page.count("<h1") == 1
    assert 'href="tel:+15550100"' in page


def test_a_customer_without_orders_is_told_how_one_comes_about(customer: Any) -> None:
    page = signed_in(customer).get("/accounts/orders/").content.decode()

    assert "You have no orders yet." in page
