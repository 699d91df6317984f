"""Sending a prescription for a patient one knows."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import User
from shop.patients import services as patients
from shop.patients.models import Patient
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from tests.checkout.conftest import approved_for
from tests.checkout.walking import ANSWERS, step
from tests.conftest import add_patient, basket_with, pack_of, send_prescription, signed_in
from tests.prescriptions import samples
from tests.settling.test_races import at_once

LONG_AGO = datetime.date(2026, 3, 3)


def send(client: Client, patient: Patient | str = "", **changes: str) -> HttpResponse:
    """Send the form as filled in, for this patient."""
    whom = {"patient": patient} if isinstance(patient, str) else shown(patient)
    scan = SimpleUploadedFile("scan.jpg", samples.jpeg())
    return client.post(step("prescription"), {**ANSWERS, **whom, **changes, "documents": scan})


def shown(patient: Patient) -> dict[str, str]:
    return {"patient": patient.key, "version": str(patient.version)}


def sent() -> Prescription:
    return Prescription.objects.exclude(status=Status.DRAFT).get()


def nothing_was_sent() -> bool:
    return not Prescription.objects.exclude(status=Status.DRAFT).exists()


def test_the_first_prescription_puts_the_patient_on_the_list(
    client: Client, customer: User
) -> None:
    send(client, "new")

    patient = Patient.objects.of(customer).get()
    assert sent().patient == patient
    assert (patient.answers.patient_name, patient.relation) == ("Robin Example", "self")
    assert patient.answers.dates["allergies"] == timezone.localdate()


def test_what_is_asked_each_time_is_not_kept_with_the_patient(client: Client) -> None:
    send(client, "new", taking="new")

    assert sent().answers["taking"] == "new"
    assert Patient.objects.get().answers["taking"] == ""


@pytest.mark.parametrize(
    ("changes", "field", "days"),
    [
        ({"days_left": "0"}, None, 0),
        ({"days_left": "", "days_left_unknown": "on"}, None, None),
        ({"days_left": ""}, "days_left", None),
        ({"days_left_unknown": "on"}, "days_left_unknown", None),
        ({"days_left": "366"}, "days_left", None),
        ({"taking": ""}, "taking", None),
        ({"address": ""}, "address", None),
    ],
)
def test_days_left_are_said_or_said_to_be_unknown(
    changes: dict[str, str], field: str | None, days: int | None, client: Client
) -> None:
    response = send(client, "new", **changes)

    if field:
        assert list(response.context["form"].errors) == [field]
        assert nothing_was_sent()
    else:
        assert sent().days_left == days


def test_the_only_patient_is_filled_in(client: Client, robin: Patient) -> None:
    form = client.get(step("prescription")).context["form"]

    assert form.patient == robin
    assert form["allergies"].value() == "none"
    assert not form["taking"].value()


def test_with_several_patients_the_customer_chooses_first(
    client: Client, robin: Patient, maria: Patient
) -> None:
    page = client.get(step("prescription"), follow=True)
    chosen = client.post(step("patient"), {"patient": maria.key}, follow=True)

    assert "Whom do you order for?" in page.content.decode()
    assert chosen.context["form"]["patient_name"].value() == "Maria Archer"


def test_what_was_typed_for_one_patient_is_not_shown_for_another(
    client: Client, robin: Patient, maria: Patient
) -> None:
    client.post(reverse("prescriptions:draft"), {**shown(robin), "allergies": "penicillin"})

    again = client.get(step("prescription"), {"patient": robin.key}).context["form"]
    other = client.get(step("prescription"), {"patient": maria.key}).context["form"]

    assert (again.patient, again["allergies"].value()) == (robin, "penicillin")
    assert (other.patient, other["allergies"].value()) == (maria, "none")


def test_a_draft_older_than_the_patients_answers_does_not_overwrite_them(
    client: Client, robin: Patient
) -> None:
    client.post(reverse("prescriptions:draft"), {**shown(robin), **ANSWERS})
    patients.keep(robin, answers=robin.answers)
    restored = client.get(step("prescription")).context["form"]

    response = send(client, robin, version=str(restored["version"].value()))

    assert "changed in another window" in response.content.decode()
    assert nothing_was_sent()


def test_sending_dates_what_changed_and_leaves_the_rest(client: Client, customer: User) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    patient = add_patient(customer, dates=dict.fromkeys(ANSWERS, yesterday))

    send(client, patient, allergies="nuts")

    patient.refresh_from_db()
    asked_each_time = dict.fromkeys(
        ("taking", "present_mg_a_day", "days_left", "how_it_went", "anything_new"),
        timezone.localdate(),
    )
    assert sent().answers.dates == patient.answers.dates | asked_each_time
    assert patient.answers.dates["allergies"] == timezone.localdate()
    assert patient.answers.dates["alcohol"] == yesterday


@pytest.fixture
def with_old_answer(customer: User, medicine: Product) -> Patient:
    return add_patient(customer, dates={"allergies": LONG_AGO})


def test_an_old_answer_is_not_sent_unseen(client: Client, with_old_answer: Patient) -> None:
    page = client.get(step("prescription")).content.decode()
    response = send(client, with_old_answer)

    assert "said on 3 March 2026" in page
    assert list(response.context["form"].errors) == ["still_right"]
    assert nothing_was_sent()


@pytest.mark.parametrize("changes", [{"still_right": "on"}, {"allergies": "nuts"}])
def test_an_old_answer_is_confirmed_or_changed(
    changes: dict[str, str], client: Client, with_old_answer: Patient
) -> None:
    send(client, with_old_answer, **changes)

    with_old_answer.refresh_from_db()
    assert sent().answers.dates["allergies"] == timezone.localdate()
    assert with_old_answer.answers.dates["allergies"] == timezone.localdate()


def test_a_patient_changed_meanwhile_is_not_overwritten_unseen(
    client: Client, robin: Patient
) -> None:
    patients.keep(Patient.objects.get(pk=robin.pk), answers=robin.answers)

    told = send(client, robin, allergies="nuts")
    assert nothing_was_sent()
    send(client, robin, allergies="nuts", version=told.context["form"]["version"].value())

    assert "What you typed differs in: Allergies" in told.content.decode()
    assert sent().answers["allergies"] == "nuts"


def test_nothing_is_kept_of_the_patient_when_sending_fails(
    client: Client, robin: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shop.prescriptions.sending.write_documents", lambda *_args: 1 / 0, raising=True
    )

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send(client, robin, allergies="nuts")

    robin.refresh_from_db()
    assert (robin.version, robin.answers["allergies"]) == (1, "none")


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_accounts_patient_cannot_be_named(
    method: str, client: Client, other_customer: User, medicine: Product
) -> None:
    theirs = add_patient(other_customer, patient_name="Secret Stranger")

    response = getattr(client, method)(step("prescription"), {**ANSWERS, **shown(theirs)})

    theirs.refresh_from_db()
    assert response.status_code == 404
    assert (theirs.version, theirs.answers.patient_name) == (1, "Secret Stranger")
    assert not Prescription.objects.exists()


def test_a_patient_who_is_no_number_is_not_found(client: Client) -> None:
    assert client.get(step("prescription"), {"patient": "x"}).status_code == 404


def test_a_prescription_under_review_does_not_stop_another_patients(
    robin: Patient, maria: Patient, medicine: Product, client: Client
) -> None:
    first = send_prescription(robin.user, medicine, patient=robin)
    waiting = client.get(step("prescription"), {"patient": robin.key})

    send(client, maria, patient_name="Maria Archer")

    assert waiting["Location"] == reverse("prescriptions:detail", args=[first.reference])
    assert Prescription.objects.of(robin.user).exclude(pk=first.pk).get().patient == maria


def test_a_covered_cart_does_not_stop_another_patients_prescription(
    robin: Patient, maria: Patient, medicine: Product, pharmacist: User, client: Client
) -> None:
    first = approved_for(robin, medicine, pharmacist)

    send(client, maria, patient_name="Maria Archer")

    assert Prescription.objects.of(robin.user).exclude(pk=first.pk).get().patient == maria


@pytest.mark.django_db(transaction=True)
def test_two_windows_send_for_one_patient_once(customer: User, medicine: Product) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))
    patient = add_patient(customer)
    windows = [signed_in(customer) for _ in range(3)]
    pages = [window.get(step("prescription")).context["form"] for window in windows]
    drafts = [page["draft"].value() for page in pages]

    at_once(
        *(
            lambda window=window, draft=draft: send(window, patient, draft=draft)
            for window, draft in zip(windows, drafts, strict=True)
        )
    )

    patient.refresh_from_db()
    assert len(set(drafts)) == 1
    assert Prescription.objects.of(customer).get().patient == patient
    assert patient.version == 2
