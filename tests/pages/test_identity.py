"""Who the pharmacy says it is, as a demonstration and for real."""

from typing import Any

import pytest
from django.template import loader
from django.test import Client

BANNER = "Demonstration. Not a pharmacy. No medicine is supplied."
PAGES = [
    "/",
    "/about/",
    "/how-prescriptions-work/",
    "/delivery/",
    "/complaints/",
    "/privacy/",
    "/accessibility/",
    "/accounts/login/",
    "/basket/",
    "/no-such-page/",
]
REAL = {
    "name": "Quay Pharmacy",
    "address": "2 Sample Street, Sampletown",
    "phone": "+1 555 0199",
    "email": "desk@quay.example",
    "owner": "Quay Pharmacy Inc.",
    "registration_number": "REG-778",
    "register_url": "https://register.example/778",
    "superintendent": "Sam Superintendent",
    "superintendent_number": "P-4411",
}


@pytest.fixture
def real_pharmacy(settings: Any) -> None:
    settings.IS_DEMO = False
    settings.PHARMACY = REAL


@pytest.mark.parametrize("path", PAGES)
def test_a_demonstration_says_so_on_every_page(client: Client, db: None, path: str) -> None:
    assert BANNER in client.get(path).content.decode()


@pytest.mark.parametrize("name", ["400.html", "413.html", "500.html"])
def test_a_page_drawn_without_a_request_says_so_too(name: str) -> None:
    assert BANNER in loader.get_template(name).render()


def test_a_demonstration_invents_no_registration(client: Client, db: None) -> None:
    page = client.get("/about/").content.decode()

    assert "no superintendent pharmacist and no registration is shown" in page
    assert "check the register" not in page.lower()


@pytest.mark.parametrize("path", PAGES)
def test_a_real_pharmacy_shows_no_banner(
    client: Client, db: None, real_pharmacy: None, path: str
) -> None:
    assert BANNER not in client.get(path).content.decode()


@pytest.mark.parametrize("fact", REAL.values(), ids=REAL.keys())
@pytest.mark.parametrize("path", ["/", "/about/"])
def test_a_real_pharmacy_names_who_is_responsible(
    client: Client, db: None, real_pharmacy: None, path: str, fact: str
) -> None:
    assert fact in client.get(path).content.decode()
