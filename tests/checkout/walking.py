"""Walks through the checkout by its addresses."""

from __future__ import annotations

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

ADDRESS = {
    "first_name": "Anna",
    "last_name": "Example",
    "line1": "1 Sample Street",
    "line4": "Sydney",
    "state": "NSW",
    "postcode": "2000",
    "country": "AU",
}
ANSWERS = {
    "patient_name": "Robin Example",
    "date_of_birth_day": "14",
    "date_of_birth_month": "3",
    "date_of_birth_year": "1968",
    "relation": "self",
    "address": "3 Sample Lane, Sydney",
    "state": "NSW",
    "postcode": "2000",
    "country": "AU",
    "allergies": "none",
    "conditions": "none",
    "epilepsy": "no",
    "stomach_ulcer": "no",
    "kidney_problems": "no",
    "pregnancy": "no",
    "alcohol": "never",
    "other_medicines": "ramipril",
    "taken_before": "yes",
    "days_left": "10",
    "consent": "on",
}


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
