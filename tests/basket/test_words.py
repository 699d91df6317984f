"""The customer reads "cart", also where the words are Oscar's."""

from __future__ import annotations

from collections.abc import Iterable

from babel.messages.catalog import Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.urls import reverse
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions.models import Prescription
from tests.basket.test_basket import SUMMARY, change_quantity
from tests.checkout.test_steps import fill_in_delivery
from tests.conftest import PASSWORD, basket_with, pack_of, signed_in

OURS = settings.BASE_DIR / "locale/en/LC_MESSAGES/django.po"


def words(client: Client, url: str) -> str:
    html = client.get(url, follow=True).content.decode()
    assert "your basket" not in html
    return html


def test_what_was_chosen_before_signing_in_is_in_the_cart(
    customer: User, medicine: Product
) -> None:
    client = Client()
    chosen = {"strength": "10mg", "pack-10mg": "BAC10-60"}
    client.post(reverse("catalogue:add-pack", args=[medicine.slug, medicine.pk]), chosen)
    client.post(reverse("account_login"), {"login": customer.email, "password": PASSWORD})

    assert "added 1 item that you chose earlier to your cart" in words(client, SUMMARY)


def test_a_senseless_quantity(customer: User, medicine: Product) -> None:
    basket = basket_with(customer, pack_of(medicine, 10, 60))
    client = signed_in(customer)

    html = change_quantity(client, basket, "x").content.decode()

    assert "Something in your cart cannot be as it is." in html
    assert "your basket" not in html


def test_an_empty_cart_cannot_be_ordered(customer: User) -> None:
    html = words(signed_in(customer), reverse("checkout:preview"))

    assert "Your cart is empty. Add something to it first." in html


def test_what_sold_out_meanwhile(approved: Prescription, medicine: Product) -> None:
    basket_with(approved.user, pack_of(medicine, 10, 60))
    client = signed_in(approved.user)
    fill_in_delivery(client)
    StockRecord.objects.update(num_in_stock=0)

    assert "Please change your cart to go on." in words(client, reverse("checkout:preview"))


def test_the_words_are_compiled() -> None:
    with OURS.open("rb") as written, OURS.with_suffix(".mo").open("rb") as compiled:
        assert texts(read_po(written)) == texts(read_mo(compiled))


def texts(catalog: Iterable[Message]) -> dict[str, str]:
    """What stands for what; of a plural, all forms together."""
    return {"".join(message.id): "".join(message.string) for message in catalog if message.id}
