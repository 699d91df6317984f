"""A customer with a basket, who is signed in, and patients of theirs."""

from typing import Any

import pytest
from django.test import Client

from catalogue.models import Product
from shop.accounts.models import User
from shop.basket.models import Basket
from shop.patients.models import Patient, Relation
from shop.prescriptions.models import Prescription
from tests.conftest import add_patient, approve, basket_with, pack_of, send_prescription, signed_in


@pytest.fixture
def basket(customer: User, medicine: Product) -> Basket:
    return basket_with(customer, pack_of(medicine, 10, 60))


@pytest.fixture
def client(customer: User, basket: Basket) -> Client:
    return signed_in(customer)


@pytest.fixture
def robin(customer: User, medicine: Product) -> Patient:
    return add_patient(customer)


@pytest.fixture
def maria(customer: User, medicine: Product) -> Patient:
    return add_patient(customer, patient_name="Maria Archer", relation=Relation.CARED_FOR)


def approved_for(patient: Patient, medicine: Product, by: User, **allowed: Any) -> Prescription:
    prescription = send_prescription(patient.user, medicine, patient=patient)
    return approve(prescription, medicine, by=by, **allowed)
