"""A pharmacist at the desk."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from catalogue.models import Product
from shop.accounts.models import User
from shop.patients.answers import Answers
from shop.prescriptions.models import Prescription
from tests.conftest import make_pharmacist, send_prescription, signed_in
from tests.quick.worlds import kept
from tests.review.desk import approve_reviewed, name_medicine, take


@pytest.fixture
def desk(pharmacist: User) -> Client:
    return signed_in(pharmacist)


@kept
def _second_pharmacist() -> User:
    user = make_pharmacist("second@example.com", number="2")
    user.first_name, user.last_name = "Tom", "Byrne"
    user.save()
    return user


@pytest.fixture
def second_pharmacist(db: None) -> User:
    return _second_pharmacist()


@pytest.fixture
def prescription(customer: User, medicine: Product) -> Prescription:
    """Sent in with few answers, for a medicine that the profiles know."""
    name_medicine(medicine)
    answers = Answers(
        patient_name="Robin Example",
        date_of_birth=datetime.date(1968, 3, 14),
        kidney_problems="no",
    )
    return send_prescription(customer, medicine, answers=answers)


@pytest.fixture
def held(prescription: Prescription, desk: Client) -> Prescription:
    """Taken for review by the pharmacist at the desk."""
    take(desk, prescription)
    prescription.refresh_from_db()
    return prescription


@pytest.fixture
def reviewed(prescription: Prescription, medicine: Product, pharmacist: User) -> Prescription:
    """Approved at the desk: two supplies of 60 tablets of 10 mg, to Australia."""
    return approve_reviewed(prescription, medicine, by=pharmacist)
