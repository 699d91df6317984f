"""Takes a basket to the emulator's card page and pays there, without a browser."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import urlencode, urlsplit

from oscar.apps.address.models import Country
from oscar.apps.order.models import ShippingAddress

from shop.accounts.models import User
from shop.basket.models import Basket
from shop.checkout import pay
from shop.payments.models import PaymentAttempt
from shop.placing import gate
from shop.placing.quote import Quote, quote_for

PAYS = "4242 4242 4242 4242"
TOWNS = {
    "AU": {"line4": "Sydney", "state": "NSW", "postcode": "2000"},
    "US": {"line4": "Boston", "state": "MA", "postcode": "02108"},
    "DE": {"line4": "Berlin", "postcode": "10115"},
}
DECLINES = "4000 0000 0000 0002"


def quote_of(basket: Basket, *, country: str = "AU") -> Quote:
    address = ShippingAddress(
        first_name="Anna",
        last_name="Example",
        line1="1 Sample Street",
        country=Country.objects.get(iso_3166_1_a2=country),
        **TOWNS[country],
    )
    return quote_for(basket, delivery_code="standard", address=address)


def open_card_page(user: User, basket: Basket, *, chosen: str = "") -> tuple[PaymentAttempt, str]:
    """An attempt at the card page, and the page's address; for the patient who is chosen."""
    url = pay.card_page_for(
        user=user,
        basket=basket,
        quote=quote_of(basket),
        prescription=gate.check(user, basket.all_lines(), chosen=chosen),
    )
    return PaymentAttempt.objects.order_by("-pk")[0], url


def pay_by_card(url: str, number: str = PAYS) -> int:
    """Fill in the card page; the answer's HTTP status (303: accepted or declined, both go on)."""
    page = urlsplit(url)
    connection = http.client.HTTPConnection(page.netloc, timeout=60)
    fields = {"number": number, "expiry": "12/40", "cvc": "123", "name": "Anna Example"}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", page.path, urlencode(fields), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def intent_statuses(stripe: Any) -> list[str]:
    """What became of the money, by Stripe's books."""
    return [intent["status"] for intent in stripe.store.all("payment_intent")]
