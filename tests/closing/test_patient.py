"""A customer removes one patient: deleted where nothing has to be kept, off the list otherwise."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry as AuditEntry
from shop.audit.verification import Verification
from shop.demo.stripe.server import Emulator
from shop.patients import services as patients
from shop.patients.models import Patient
from shop.prescriptions import sending
from shop.prescriptions.models import Document, Prescription
from tests.closing.test_account import cancelled
from tests.conftest import PASSWORD, add_patient, approve, pack_of, send_prescription, signed_in
from tests.register.conftest import ordered


def url_of(patient: Patient) -> str:
    return reverse("patient-delete", args=[patient.uuid])


def remove(client: Client, patient: Patient, password: str = PASSWORD) -> Any:
    return client.post(url_of(patient), {"password": password}, follow=True)


@pytest.fixture
def patient(customer: User) -> Patient:
    return add_patient(customer)


@pytest.fixture
def client(customer: User) -> Client:
    return signed_in(customer)


def test_a_patient_without_prescriptions_is_deleted(client: Client, patient: Patient) -> None:
    assert (
        "No prescription of theirs has to be kept" in client.get(url_of(patient)).content.decode()
    )

    page = remove(client, patient)

    assert "The patient is deleted" in page.content.decode()
    assert not Patient.objects.exists()
    assert AuditEntry.objects.get(action="patient.delete").subject_key == str(patient.uuid)


def test_an_archived_patient_can_be_deleted_too(client: Client, patient: Patient) -> None:
    patients.archive(patient)

    remove(client, patient)

    assert not Patient.objects.exists()


def test_only_what_was_typed_for_them_is_deleted(
    client: Client, customer: User, patient: Patient
) -> None:
    other = add_patient(customer, patient_name="Somebody Else")
    sending.save_draft(by=customer, typed={"patient": other.key})

    remove(client, patient)
    assert Prescription.objects.draft_of(customer) is not None

    remove(client, other)
    assert Prescription.objects.draft_of(customer) is None


def test_a_patient_with_a_decided_prescription_is_kept_off_the_list(
    client: Client, customer: User, patient: Patient, medicine: Product, pharmacist: User
) -> None:
    approve(send_prescription(customer, medicine, patient=patient), medicine, by=pharmacist)
    cancelled(customer, medicine, patient=Patient.objects.get())

    page = client.get(url_of(patient)).content.decode()
    assert "1 prescription that our pharmacists have worked on" in page
    assert "for 6 years" in page
    answer = remove(client, patient)

    assert "What the law keeps is kept" in answer.content.decode()
    assert Patient.objects.get().is_archived
    assert Document.objects.count() == 1
    assert list(Verification({}).findings()) == []


def test_the_page_of_an_emptied_prescription_still_opens(
    client: Client, customer: User, patient: Patient, medicine: Product
) -> None:
    prescription = cancelled(customer, medicine, patient=patient)

    remove(client, patient)

    page = client.get(reverse("prescriptions:detail", args=[prescription.reference]))
    assert page.status_code == 200
    assert "Robin" not in page.content.decode()
    own_data = client.post(reverse("own-data"), {"password": PASSWORD})
    assert own_data["Content-Type"] == "application/json"


def test_a_prescription_under_review_comes_first(
    client: Client, customer: User, patient: Patient, medicine: Product
) -> None:
    prescription = send_prescription(customer, medicine, patient=patient)

    page = remove(client, patient)

    assert f"Prescription {prescription.reference} is with the pharmacist" in page.content.decode()
    assert not Patient.objects.get().is_archived


def test_an_order_that_is_not_finished_comes_first(
    client: Client,
    customer: User,
    patient: Patient,
    medicine: Product,
    pharmacist: User,
    stripe: Emulator,
) -> None:
    approve(send_prescription(customer, medicine, patient=patient), medicine, by=pharmacist)
    order = ordered(customer, pack_of(medicine, 10, 60))

    page = remove(client, patient)

    assert f"Order {order.number} is not finished" in page.content.decode()
    assert not Patient.objects.get().is_archived


def test_of_another_patient_nothing_stands_in_the_way_and_nothing_goes(
    client: Client, customer: User, patient: Patient, medicine: Product
) -> None:
    other = add_patient(customer, patient_name="Somebody Else")
    send_prescription(customer, medicine, patient=other)

    remove(client, patient)

    assert Patient.objects.get() == other
    assert Document.objects.count() == 1


@pytest.mark.parametrize("password", ["", "not this one"])
def test_without_the_password_nothing_happens(
    password: str, client: Client, patient: Patient
) -> None:
    html = remove(client, patient, password).content.decode()

    assert 'aria-invalid="true"' in html
    assert not Patient.objects.get().is_archived


def test_a_stranger_finds_nobody(other_customer: User, patient: Patient) -> None:
    client = signed_in(other_customer)

    assert remove(client, patient).status_code == 404
    assert client.get(reverse("patient-delete", args=[uuid.uuid4()])).status_code == 404
    assert Patient.objects.exists()
