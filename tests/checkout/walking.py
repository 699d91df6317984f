"""Walks through the checkout by its addresses."""

from __future__ import annotations

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.patients.told import OF_A_PRESCRIPTION

ADDRESS = {
    "first_name": "Anna",
    "last_name": "Example",
    "line1": "1 Sample Street",
    "line4": "Sydney",
    "state": "NSW",
    "postcode": "2000",
    "country": "AU",
}
ANSWERS = OF_A_PRESCRIPTION


def step(name: str) -> str:
    return reverse(f"checkout:{name}")


def said(response: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def fill_in_delivery(client: Client, **changes: str) -> HttpResponse:
    client.post(step("shipping-address"), {**ADDRESS, **changes})
    return client.post(step("shipping-method"), {"method_code": "standard"})


def press_pay(client: Client) -> HttpResponse:
    page = client.get(step("preview"))
    assert page.status_code == 200, page.headers.get("Location")
    shown = page.context["prescription"]
    reference = shown.reference if shown else ""
    data = {"quote": page.context["quote_hash"], "prescription": reference}
    return client.post(step("preview"), data)
