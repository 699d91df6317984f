"""What a first visit costs: bytes over the network and requests, counted exactly."""

from __future__ import annotations

import datetime
import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.patients import questions
from shop.prescriptions.models import Prescription
from tests.conftest import add_patient, basket_with, pack_of, signed_in
from tests.signed import load_medicines

MOST_BYTES = 60_000
MOST_REQUESTS = 8
# Each answer brings headers; Chromium counts about so many bytes of them.
HEADERS = 500
STATIC = Path(settings.BASE_DIR) / "static"
TEXT = (".css", ".js", ".svg")


def weight_of(path: str) -> int:
    """Bytes of a static file as it travels: text compressed, fonts as they are."""
    data = (STATIC / path).read_bytes()
    return len(brotli.compress(data)) if path.endswith(TEXT) else len(data)


def files_of(html: str) -> set[str]:
    """The static files a page loads, and those its stylesheet loads in turn."""
    direct = set(re.findall(r'(?:src|href)="/static/([^"]+)"', html))
    fonts = {
        f"fonts/{name}"
        for name in re.findall(r"fonts/([\w-]+\.woff2)", (STATIC / "site.css").read_text())
    }
    return direct | fonts


def check_budget(client: Client, url: str) -> None:
    response = client.get(url)
    assert response.status_code == 200
    html = response.content
    files = files_of(html.decode())
    assert "site.css" in files
    # The level that Django compresses pages with.
    page = len(gzip.compress(html, compresslevel=6))
    total = page + sum(weight_of(path) for path in files) + HEADERS * (1 + len(files))
    assert total <= MOST_BYTES, f"{url}: {total} bytes"
    assert 1 + len(files) <= MOST_REQUESTS, f"{url}: {sorted(files)}"


@pytest.mark.parametrize(
    "name", ["home", "catalogue:index", "account_login", "account_signup", "privacy", "about"]
)
def test_a_page_anybody_opens_is_light(name: str, medicine: Product) -> None:
    check_budget(Client(), reverse(name))


def test_the_medicine_page_is_light_with_all_its_text(db: None) -> None:
    load_medicines(packs=True)
    baclofen = Product.objects.get(title="Baclofen tablets")

    check_budget(Client(), baclofen.get_absolute_url())


@pytest.mark.parametrize("name", ["basket:summary", "checkout:prescription"])
def test_the_steps_to_an_order_are_light(name: str, customer: User, medicine: Product) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))

    check_budget(signed_in(customer), reverse(name))


@pytest.mark.parametrize("name", ["patients:list", "patients:add", "prescriptions:list"])
def test_the_pages_about_patients_are_light(name: str, customer: User, medicine: Product) -> None:
    add_patient(customer, dates=dict.fromkeys(questions.table().names, datetime.date(2020, 3, 3)))

    check_budget(signed_in(customer), reverse(name))


def test_a_patient_with_old_answers_only_is_light(customer: User, medicine: Product) -> None:
    patient = add_patient(
        customer, dates=dict.fromkeys(questions.table().names, datetime.date(2020, 3, 3))
    )

    check_budget(signed_in(customer), reverse("patients:edit", args=[patient.uuid]))


def test_the_page_of_an_approval_is_light(approved: Prescription) -> None:
    page = reverse("prescriptions:detail", args=[approved.reference])

    check_budget(signed_in(approved.user), page)
