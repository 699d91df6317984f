"""A patient's address is asked for by the same rules as the address of a parcel."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.addresses.fitting import CHANGE
from shop.patients.forms import PatientForm
from shop.patients.models import Patient
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from tests.addresses.places import NEEDED, PLACES
from tests.conftest import add_patient, approve, send_prescription, signed_in
from tests.patients.test_pages import ANSWERS

STATES_AND_POSTCODES = [
    (code, name)
    for code, names in NEEDED.items()
    for name in names
    if name in {"state", "postcode"}
]


@pytest.fixture(autouse=True)
def everywhere(settings: Any, db: None) -> None:
    settings.LICENSED_COUNTRIES = list(PLACES)


def lives_in(code: str, **changes: str) -> dict[str, str]:
    place = {"state": "", **PLACES[code]}
    town = place.pop("line4")
    return {**ANSWERS, **place, "address": f"3 Sample Lane, {town}", "country": code, **changes}


def form_of(data: dict[str, str], customer: User) -> PatientForm:
    return PatientForm(data, patient=Patient(user=customer))


@pytest.mark.parametrize("code", PLACES)
def test_a_whole_address_is_taken(code: str, customer: User) -> None:
    form = form_of(lives_in(code), customer)

    assert form.is_valid(), form.errors
    assert form.answers().where.startswith("3 Sample Lane")


@pytest.mark.parametrize(("code", "name"), STATES_AND_POSTCODES)
def test_what_the_country_needs_is_asked_for_beside_its_field(
    code: str, name: str, customer: User
) -> None:
    assert list(form_of(lives_in(code, **{name: ""}), customer).errors) == [name]


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"postcode": "97201"}, "postcode", "It looks like this: 2060"),
        ({"state": "VIC"}, "postcode", "does not belong to Victoria"),
        ({"state": "OR"}, "state", "from the list"),
        ({"phone": "12345"}, "phone", "(02) 1234 5678"),
    ],
)
def test_a_mistake_stands_beside_its_field_with_what_to_do(
    changes: dict[str, str], name: str, words: str, customer: User
) -> None:
    form = form_of(lives_in("AU", **changes), customer)

    assert list(form.errors) == [name]
    assert words in form.errors[name][0]


def test_the_button_asks_for_the_fields_of_another_country_and_keeps_what_was_typed(
    customer: User,
) -> None:
    page = signed_in(customer).post(
        reverse("patients:add"), lives_in("US", postcode="", **{CHANGE: "AU"})
    )

    shown = page.content.decode()
    assert page.context["form"].errors == {}
    assert "ZIP code" in shown
    assert 'value="Robin Example"' in shown
    assert 'value="1968"' in shown
    assert not Patient.objects.exists()


@pytest.fixture
def approved_before(customer: User, medicine: Product, pharmacist: User) -> Prescription:
    """Of a patient whose state nobody asked for then."""
    patient = add_patient(customer, state="")
    return approve(send_prescription(customer, medicine, patient=patient), medicine, by=pharmacist)


@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, Status.APPROVED), ({"postcode": "2001"}, Status.SUBMITTED)],
    ids=["the state is asked for", "they moved"],
)
def test_the_first_answer_about_the_state_reopens_no_approval(
    approved_before: Prescription, changes: dict[str, str], status: Status
) -> None:
    patient = approved_before.patient
    assert patient is not None
    client: Client = signed_in(approved_before.user)
    url = reverse("patients:edit", args=[patient.uuid])
    same = {**ANSWERS, "relation": patient.relation, "version": str(patient.version)}

    response = client.post(url, {**same, **changes})

    assert response.status_code == 302
    approved_before.refresh_from_db()
    assert approved_before.status == status
    assert Patient.objects.get().answers["state"] == "NSW"
