"""A customer downloads what the shop keeps about them, and nothing about anybody else."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from oscar.apps.address.models import UserAddress

from catalogue.models import Product
from shop.accounts.models import KnownDevice, User
from shop.audit.models import Entry
from shop.demo.stripe.server import Emulator
from shop.patients import services as patients
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle
from tests.conftest import PASSWORD, add_patient, basket_with, pack_of, send_prescription, signed_in
from tests.settling.paying import open_card_page, pay_by_card

OWN_DATA = reverse("own-data")


@pytest.fixture(autouse=True)
def counted_anew(db: None) -> None:
    """Wrong passwords are counted in the cache."""
    call_command("createcachetable", verbosity=0)
    cache.clear()


def download(user: User) -> dict[str, Any]:
    data: dict[str, Any] = signed_in(user).post(OWN_DATA, {"password": PASSWORD}).json()
    return data


def test_it_holds_everything_of_ones_own(
    customer: User, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    patients.archive(add_patient(customer, patient_name="Maria Archer"))
    UserAddress.objects.create(user=customer, line1="1 Sample Street", country_id="AU")
    attempt, url = open_card_page(customer, basket_with(customer, pack_of(medicine, 10, 60)))
    pay_by_card(url)
    settle(attempt)

    response = signed_in(customer).post(OWN_DATA, {"password": PASSWORD})
    data = response.json()

    assert "attachment" in response["Content-Disposition"]
    assert data["account"]["email"] == customer.email
    assert [each["answers"]["patient_name"]["answer"] for each in data["patients"]] == [
        "Maria Archer"
    ]
    assert data["prescriptions"][0]["reference"] == approved.reference
    assert data["prescriptions"][0]["answers"]["allergies"]["in_words"] == "none"
    assert data["prescriptions"][0]["authorised"][0]["units_supplied"] == 60
    assert data["orders"][0]["lines"][0]["quantity"] == 1
    assert data["addresses"][0]["line1"] == "1 Sample Street"


def test_it_holds_nothing_of_anybody_else(
    approved: Prescription, medicine: Product, other_customer: User
) -> None:
    add_patient(approved.user)
    send_prescription(approved.user, medicine)

    data = download(other_customer)

    assert (data["patients"], data["prescriptions"], data["orders"]) == ([], [], [])


class TestWhoMay:
    def test_opening_the_page_gives_no_data(self, customer: User, approved: Prescription) -> None:
        page = signed_in(customer).get(OWN_DATA)

        assert page["Content-Type"].startswith("text/html")
        assert approved.reference not in page.content.decode()

    @pytest.mark.parametrize("typed", [{}, {"password": "not the password"}])
    def test_without_the_password_there_is_none(
        self, customer: User, approved: Prescription, typed: dict[str, str]
    ) -> None:
        page = signed_in(customer).post(OWN_DATA, typed)

        assert page["Content-Type"].startswith("text/html")
        assert approved.reference not in page.content.decode()
        assert not Entry.objects.filter(action="account.export").exists()

    @pytest.mark.django_db(transaction=True)
    def test_it_is_recorded_and_told(self, customer: User) -> None:
        download(customer)

        entry = Entry.objects.get(action="account.export")
        assert (entry.actor_id, entry.subject_key) == (customer.pk, str(customer.pk))
        assert [each.to for each in mail.outbox] == [[customer.email]]
        assert "All data of your account was downloaded." in str(mail.outbox[0].body)

    def test_it_holds_the_browsers_that_are_known(self, customer: User) -> None:
        KnownDevice.objects.create(
            user=customer, device=uuid.uuid4(), agent="Firefox", seen_at=timezone.now()
        )

        assert [device["agent"] for device in download(customer)["devices"]] == ["Firefox"]

    def test_it_holds_what_it_says_and_no_secret(self, customer: User) -> None:
        data = download(customer)

        assert set(data) == {
            "account",
            "addresses",
            "patients",
            "prescriptions",
            "orders",
            "devices",
        }
        assert set(data["account"]) == {"email", "first_name", "last_name", "date_joined"}
