"""The pages of an account's patients: who may see them, what is asked, what is kept."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shop.accounts.models import User
from shop.patients import services
from shop.patients.forms import PatientForm
from shop.patients.models import Patient, Relation
from shop.patients.services import ChangedMeanwhile
from tests.conftest import add_patient, patient_answers, signed_in
from tests.patients.told import OF_A_PATIENT
from tests.settling.test_races import at_once

LONG_AGO = datetime.date(2020, 3, 3)
ANSWERS = OF_A_PATIENT
BLOOD_TEST = {"egfr": "54", "egfr_on_day": "2", "egfr_on_month": "2", "egfr_on_year": "2024"}


@pytest.fixture
def client(customer: User, countries: Any) -> Client:
    return signed_in(customer)


@pytest.fixture
def patient(customer: User, countries: Any) -> Patient:
    return add_patient(customer)


def page_of(patient: Patient) -> str:
    return reverse("patients:edit", args=[patient.uuid])


def save(client: Client, patient: Patient, **changes: str) -> HttpResponse:
    return client.post(page_of(patient), {**ANSWERS, "version": str(patient.version), **changes})


def errors_of(response: HttpResponse) -> list[str]:
    return sorted(response.context["form"].errors)


def test_a_patient_is_added_with_every_answer_dated_today(client: Client, customer: User) -> None:
    response = client.post(
        reverse("patients:add"), {**ANSWERS, **BLOOD_TEST, "phone": "08 5550 0000"}
    )

    patient = Patient.objects.of(customer).get()
    answers = patient.answers
    assert response["Location"] == reverse("patients:list")
    assert (answers.patient_name, answers.egfr) == ("Robin Example", 54)
    assert answers.egfr_on == datetime.date(2024, 2, 2)
    assert set(answers.dates.values()) == {timezone.localdate()}
    assert "pregnancy" not in answers.dates


def test_the_database_holds_no_answer_in_clear(client: Client) -> None:
    client.post(reverse("patients:add"), ANSWERS)

    with connection.cursor() as cursor:
        cursor.execute("SELECT answers_json FROM patients_patient")
        stored = bytes(cursor.fetchone()[0])
    assert b"Robin" not in stored
    assert b"ramipril" not in stored


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"relation": ""}, ["relation"]),
        ({"relation": "friend"}, ["relation"]),
        ({"date_of_birth_year": "2999"}, ["date_of_birth"]),
        ({"address": " "}, ["address"]),
        ({"country": "DE"}, ["country"]),
        ({"phone": "call me"}, ["phone"]),
        ({"allergies": ""}, ["allergies"]),
        ({"kidney_problems": "x"}, ["kidney_problems"]),
        ({"sex_at_birth": "female", "date_of_birth_year": "1990"}, ["pregnancy"]),
        ({"alcohol": ""}, ["alcohol"]),
        (BLOOD_TEST | {"egfr": "0.5"}, ["egfr"]),
        (BLOOD_TEST | {"egfr": "201"}, ["egfr"]),
        (BLOOD_TEST | {"egfr": "nan"}, ["egfr"]),
        (BLOOD_TEST | {"egfr": ""}, ["egfr"]),
        (BLOOD_TEST | {"egfr_on_year": "2999"}, ["egfr_on"]),
        (BLOOD_TEST | {"egfr_on_year": "1960"}, ["egfr_on"]),
        ({"egfr": "54"}, ["egfr_on"]),
        ({"other_medicines": ""}, ["other_medicines"]),
        ({"takes_nothing_else": "on"}, ["takes_nothing_else"]),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    changes: dict[str, str], fields: list[str], client: Client
) -> None:
    response = client.post(reverse("patients:add"), {**ANSWERS, **changes})

    assert errors_of(response) == fields
    assert response.context["form"]["patient_name"].value() == "Robin Example"
    assert not Patient.objects.exists()


def test_no_other_medicine_is_said_with_a_tick(client: Client, customer: User) -> None:
    client.post(
        reverse("patients:add"), {**ANSWERS, "other_medicines": "", "takes_nothing_else": "on"}
    )

    assert Patient.objects.of(customer).get().answers["takes_nothing_else"]


def born_years_ago(years: int, *, days: int) -> dict[str, str]:
    today = timezone.localdate()
    born = today.replace(year=today.year - years) + datetime.timedelta(days=days)
    return {
        "date_of_birth_day": str(born.day),
        "date_of_birth_month": str(born.month),
        "date_of_birth_year": str(born.year),
    }


def test_a_child_has_an_adult_who_orders(client: Client, customer: User) -> None:
    child = {**ANSWERS, **born_years_ago(18, days=1), "weight_kg": "41.5"}

    refused = client.post(reverse("patients:add"), child)
    client.post(reverse("patients:add"), {**child, "relation": "cared_for"})

    assert errors_of(refused) == ["relation"]
    assert Patient.objects.of(customer).get().answers.is_child_on(timezone.localdate())


def test_somebody_of_eighteen_orders_for_themselves(client: Client) -> None:
    client.post(reverse("patients:add"), {**ANSWERS, **born_years_ago(18, days=0)})

    assert Patient.objects.exists()


def test_the_list_shows_ones_own_patients_only(
    client: Client, patient: Patient, other_customer: User
) -> None:
    add_patient(other_customer, patient_name="Secret Stranger")

    page = client.get(reverse("patients:list")).content.decode()

    assert "Robin Example" in page
    assert "Born 14 March 1968." in page
    assert "Secret Stranger" not in page


@pytest.mark.parametrize("name", ["edit", "archive"])
def test_a_stranger_finds_no_patient(name: str, patient: Patient, other_customer: User) -> None:
    stranger = signed_in(other_customer)
    address = reverse(f"patients:{name}", args=[patient.uuid])

    answers = [stranger.get(page_of(patient)), stranger.post(address, ANSWERS)]

    assert [answer.status_code for answer in answers] == [404, 404]
    patient.refresh_from_db()
    assert (patient.version, patient.is_archived) == (1, False)


def test_a_patient_who_was_never_there_is_not_found(client: Client, db: None) -> None:
    assert client.get(reverse("patients:edit", args=[uuid.uuid4()])).status_code == 404


def test_changing_one_answer_dates_only_that_one(client: Client, customer: User) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    patient = add_patient(customer, dates=dict.fromkeys(ANSWERS, yesterday))

    save(client, patient, allergies="nuts")

    patient.refresh_from_db()
    assert patient.answers["allergies"] == "nuts"
    assert patient.answers.dates["allergies"] == timezone.localdate()
    assert patient.answers.dates["alcohol"] == yesterday


@pytest.fixture
def patient_from_long_ago(customer: User, countries: Any) -> Patient:
    return add_patient(customer, dates={"allergies": LONG_AGO})


def test_an_old_answer_is_shown_with_its_day(
    client: Client, patient_from_long_ago: Patient
) -> None:
    listed = client.get(reverse("patients:list")).content.decode()
    page = client.get(page_of(patient_from_long_ago)).content.decode()

    assert "1 answer to look at again" in listed
    assert page.count("said on 3 March 2020") == 2


def test_ticking_an_old_answer_dates_it_today(
    client: Client, patient_from_long_ago: Patient
) -> None:
    save(client, patient_from_long_ago, still_right="on")

    patient_from_long_ago.refresh_from_db()
    assert patient_from_long_ago.answers.dates["allergies"] == timezone.localdate()


def test_an_old_answer_left_alone_stays_old(client: Client, patient_from_long_ago: Patient) -> None:
    save(client, patient_from_long_ago, phone="02 5550 1234")

    patient_from_long_ago.refresh_from_db()
    assert patient_from_long_ago.answers["phone"] == "+61 2 5550 1234"
    assert patient_from_long_ago.answers.dates["allergies"] == LONG_AGO


def test_line_ends_of_a_browser_are_no_change(client: Client, customer: User) -> None:
    patient = add_patient(
        customer, other_medicines="ramipril\naspirin", dates={"other_medicines": LONG_AGO}
    )

    save(client, patient, other_medicines="ramipril\r\naspirin")

    patient.refresh_from_db()
    assert patient.answers.dates["other_medicines"] == LONG_AGO


def test_of_two_windows_the_second_is_told_and_may_decide(client: Client, patient: Patient) -> None:
    save(client, patient, allergies="nuts")

    told = save(client, patient, alcohol="unsure")
    patient.refresh_from_db()
    kept = patient.answers
    version = told.context["form"]["version"].value()
    save(client, patient, alcohol="unsure", version=version)

    assert "changed in another window" in told.content.decode()
    assert "How often does the patient drink alcohol?, Allergies" in told.content.decode()
    assert (kept["allergies"], kept["alcohol"]) == ("nuts", "never")
    patient.refresh_from_db()
    assert (patient.answers["allergies"], patient.answers["alcohol"]) == ("none", "unsure")


def test_a_form_without_a_version_changes_nothing(client: Client, patient: Patient) -> None:
    save(client, patient, allergies="nuts", version="")

    patient.refresh_from_db()
    assert patient.answers["allergies"] == "none"


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_gets_through(customer: User) -> None:
    patient = add_patient(customer)
    seen = [Patient.objects.get(pk=patient.pk) for _ in range(3)]

    results = at_once(
        *(
            lambda each=each, number=number: services.keep(
                each, answers=patient_answers(allergies=str(number))
            )
            for number, each in enumerate(seen)
        )
    )

    patient.refresh_from_db()
    assert [type(result) for result in results if result] == [ChangedMeanwhile] * 2
    assert patient.version == 2
    assert patient.answers["allergies"] == str(results.index(None))


def test_an_archived_patient_is_off_the_list_and_not_deleted(
    client: Client, patient: Patient
) -> None:
    response = client.post(reverse("patients:archive", args=[patient.uuid]))

    patient.refresh_from_db()
    assert "prescriptions are kept" in " ".join(map(str, get_messages(response.wsgi_request)))
    assert patient.is_archived
    assert patient.answers.patient_name == "Robin Example"
    assert "is off your list" in client.get(reverse("patients:list")).content.decode()
    assert client.get(page_of(patient)).status_code == 404


def restore(user: User, patient: Patient) -> int:
    address = reverse("patients:restore", args=[patient.uuid])
    return signed_in(user).post(address).status_code


def test_an_archived_patient_can_be_put_back(patient: Patient, other_customer: User) -> None:
    services.archive(patient)

    answers = restore(other_customer, patient), restore(patient.user, patient)

    patient.refresh_from_db()
    assert answers == (404, 302)
    assert not patient.is_archived


def test_nothing_is_kept_of_a_patient_archived_meanwhile(patient: Patient) -> None:
    seen_before = Patient.objects.get(pk=patient.pk)
    services.archive(patient)
    seen_after = Patient.objects.get(pk=patient.pk)

    for seen in (seen_before, seen_after):
        with pytest.raises(ChangedMeanwhile):
            services.keep(seen, answers=patient_answers(allergies="nuts"))

    patient.refresh_from_db()
    assert patient.answers["allergies"] == "none"


def test_extra_fields_change_nothing(
    client: Client, patient: Patient, other_customer: User
) -> None:
    save(client, patient, user=str(other_customer.pk), is_archived="on", uuid=str(uuid.uuid4()))

    uuid_before = patient.uuid
    patient.refresh_from_db()
    assert (patient.user_id != other_customer.pk, patient.uuid) == (True, uuid_before)
    assert not patient.is_archived


def test_every_question_stands_under_a_heading(patient: Patient) -> None:
    form = PatientForm(patient=patient)

    shown = [each.field.name for fold in form.folds for each in fold.asked]

    assert shown == [name for name in form.fields if name != "version"]


def test_the_relation_can_be_changed(client: Client, patient: Patient) -> None:
    save(client, patient, relation="cared_for")

    patient.refresh_from_db()
    assert patient.relation == Relation.CARED_FOR
