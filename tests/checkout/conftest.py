"""A customer with a basket, who is signed in."""

import pytest
from django.test import Client

from catalogue.models import Product
from shop.accounts.models import User
from shop.basket.models import Basket
from tests.conftest import basket_with, pack_of, signed_in


@pytest.fixture
def basket(customer: User, medicine: Product) -> Basket:
    return basket_with(customer, pack_of(medicine, 10, 60))


@pytest.fixture
def client(customer: User, basket: Basket) -> Client:
    return signed_in(customer)
