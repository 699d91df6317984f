"""A sealed field opens in its own row and field only, and nothing of it is readable in the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from shop.accounts.models import User
from shop.patients.answers import Answers
from shop.patients.models import Patient
from shop.vault.sealing import VaultError, key_id_of

OLD = {"old": b"1" * 32}
NEW = {"new": b"2" * 32}


@pytest.fixture
def patient(customer: User) -> Patient:
    answers = Answers(patient_name="Planted Patient", other_medicines="lithium")
    return Patient.objects.create(user=customer, answers_json=answers.as_json())


def stored(patient: Patient) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers_json FROM patients_patient WHERE id = %s", [patient.pk])
        return bytes(cursor.fetchone()[0])


def store(patient: Patient, data: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE patients_patient SET answers_json = %s WHERE id = %s", [data, patient.pk]
        )


def test_what_was_saved_is_read_again(patient: Patient) -> None:
    assert Patient.objects.get().answers.patient_name == "Planted Patient"


def test_nothing_can_be_read_in_the_database(patient: Patient) -> None:
    assert b"Planted" not in stored(patient)
    assert b"lithium" not in stored(patient)


def test_an_unchanged_row_can_be_saved_again_unopened(patient: Patient) -> None:
    before = stored(patient)

    Patient.objects.get().save()

    assert stored(patient) == before


def test_a_change_is_sealed_again(patient: Patient) -> None:
    found = Patient.objects.get()
    found.answers_json = {**found.answers_json, "phone": "1"}
    found.save()

    assert Patient.objects.get().answers["phone"] == "1"


def test_a_deferred_field_is_read_when_asked_for(patient: Patient) -> None:
    assert Patient.objects.defer("answers_json").get().answers["other_medicines"] == "lithium"


def test_another_rows_contents_do_not_open(patient: Patient) -> None:
    other = Patient.objects.create(user=patient.user, answers_json={})
    store(other, stored(patient))

    with pytest.raises(VaultError):
        _ = Patient.objects.get(pk=other.pk).answers


def test_a_changed_byte_is_found(patient: Patient) -> None:
    data = bytearray(stored(patient))
    data[-1] ^= 1
    store(patient, bytes(data))

    with pytest.raises(VaultError):
        _ = Patient.objects.get().answers


def test_an_update_that_knows_no_row_is_refused(patient: Patient) -> None:
    with pytest.raises(FieldError):
        Patient.objects.update(answers_json={"patient_name": "x"})


def test_a_new_key_seals_and_the_old_one_still_opens(customer: User, settings: Any) -> None:
    settings.DOCUMENT_KEYS = OLD
    patient = Patient.objects.create(user=customer, answers_json={"phone": "1"})
    settings.DOCUMENT_KEYS = NEW | OLD
    found = Patient.objects.get()

    assert found.answers["phone"] == "1"
    found.save()
    assert key_id_of(stored(patient)) == "new"
