"""A customer downloads what the shop keeps about them, and nothing about anybody else."""

from __future__ import annotations

from django.urls import reverse
from oscar.apps.address.models import UserAddress

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.patients import services as patients
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle
from tests.conftest import add_patient, basket_with, pack_of, send_prescription, signed_in
from tests.settling.paying import open_card_page, pay_by_card


def test_it_holds_everything_of_ones_own(
    customer: User, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    patients.archive(add_patient(customer, patient_name="Maria Archer"))
    UserAddress.objects.create(user=customer, line1="1 Sample Street", country_id="AU")
    attempt, url = open_card_page(customer, basket_with(customer, pack_of(medicine, 10, 60)))
    pay_by_card(url)
    settle(attempt)

    response = signed_in(customer).get(reverse("own-data"))
    data = response.json()

    assert "attachment" in response["Content-Disposition"]
    assert data["account"]["email"] == customer.email
    assert [each["answers"]["patient_name"] for each in data["patients"]] == ["Maria Archer"]
    assert data["prescriptions"][0]["reference"] == approved.reference
    assert data["prescriptions"][0]["answers"]["allergies"] == "none"
    assert data["prescriptions"][0]["authorised"][0]["units_supplied"] == 60
    assert data["orders"][0]["lines"][0]["quantity"] == 1
    assert data["addresses"][0]["line1"] == "1 Sample Street"


def test_it_holds_nothing_of_anybody_else(
    approved: Prescription, medicine: Product, other_customer: User
) -> None:
    add_patient(approved.user)
    send_prescription(approved.user, medicine)

    data = signed_in(other_customer).get(reverse("own-data")).json()

    assert (data["patients"], data["prescriptions"], data["orders"]) == ([], [], [])
