"""The number beside "Basket": right, and nearly free."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from shop.basket.models import Basket
from tests.conftest import basket_with, pack_of, signed_in


def test_a_first_visitor_costs_no_query_and_gets_no_cookie(
    client: Client, db: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/about/")

    assert not response.cookies
    assert not Session.objects.exists()


def test_a_customer_sees_the_packs_in_the_basket(customer: Any, medicine: Any) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))

    page = signed_in(customer).get("/about/").content.decode()

    assert '<span class="count">1<span class="vh"> pack</span></span>' in page


def test_the_count_of_a_customer_costs_one_query(
    customer: Any, medicine: Any, django_assert_num_queries: Any
) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))
    visitor = signed_in(customer)

    with django_assert_num_queries(3):  # session, user, count
        visitor.get("/about/")


@pytest.mark.parametrize("cookie", ["1", "1:forged", ""])
def test_a_forged_basket_cookie_counts_nothing(
    client: Client, customer: Any, medicine: Any, cookie: str
) -> None:
    basket = basket_with(customer, pack_of(medicine, 10, 60))
    Basket.objects.filter(pk=basket.pk).update(owner=None)
    client.cookies[settings.OSCAR_BASKET_COOKIE_OPEN] = cookie.replace("1", str(basket.pk))

    page = client.get("/about/").content.decode()

    assert 'class="count"' not in page
