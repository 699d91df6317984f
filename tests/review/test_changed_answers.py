"""A patient's newer answers on a prescription that waits: seen, flagged, recorded, and open again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.verification import Verification
from shop.patients import questions
from shop.patients import services as patients
from shop.patients.answers import Answers
from shop.patients.models import Patient
from shop.patients.wording import in_words, label_of
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Action, Status
from shop.review import services as reviews
from shop.review.forms.checks import ClinicalForm, LegalForm
from shop.review.forms.sheet import kept_sheet
from shop.review.models import AnswersChange, Decision, FlagKind, Worksheet
from shop.review.rules import alerts_for
from shop.review.rules.resting import answers_under, fields_over
from shop.review.settled import confirmed_alerts
from tests.conftest import add_patient, send_prescription
from tests.patients.told import answer_to
from tests.review.cases import ANSWERS, a_case
from tests.review.desk import (
    address_of,
    approve_reviewed,
    complete,
    confirmation,
    name_medicine,
    post,
    take,
)

BEFORE = "levodopa, morphine, zopiclone"


@pytest.fixture
def patient(customer: User, baclofen: Product) -> Patient:
    return add_patient(customer, other_medicines=BEFORE)


@pytest.fixture
def waiting(patient: Patient, baclofen: Product, desk: Client) -> Prescription:
    """Sent, and taken by a pharmacist who is at work on it."""
    prescription = send_prescription(patient.user, baclofen, patient=patient)
    take(desk, prescription)
    prescription.refresh_from_db()
    return prescription


def change(patient: Patient, **answers: Any) -> None:
    patient.refresh_from_db()
    patients.keep(patient, answers=patient.answers.but(**answers))


def send_another(patient: Patient, baclofen: Product, **answers: Any) -> None:
    """For the same patient, whose answers differ from those of the first."""
    patient.refresh_from_db()
    given = patient.answers.but(**answers)
    send_prescription(patient.user, baclofen, patient=patient, answers=given)


def morphine(prescription: Prescription) -> str:
    """The key of the finding about opioids."""
    keys = [alert.key for alert in kept_sheet(prescription).work.alerts]
    return next(key for key in keys if key.startswith("opioid"))


def flags_of(prescription: Prescription) -> set[str]:
    return set(prescription.flags.values_list("kind", flat=True))


def test_the_desk_shows_what_changed_when_and_from_what(
    waiting: Prescription, patient: Patient, baclofen: Product, desk: Client
) -> None:
    assert FlagKind.INTERACTION in flags_of(waiting)

    send_another(patient, baclofen, other_medicines="ramipril")

    waiting.refresh_from_db()
    page = desk.get(address_of(waiting)).content.decode()
    assert f"“{BEFORE}” became “ramipril”" in page
    assert f"from “{BEFORE}” to “ramipril”" in page
    assert FlagKind.CHANGED in flags_of(waiting)
    assert "Answers changed" in desk.get(reverse("admin:prescription-queue")).content.decode()


def test_the_history_has_a_line_that_names_the_question(
    waiting: Prescription, patient: Patient
) -> None:
    change(patient, other_medicines="ramipril", epilepsy="yes")

    event = waiting.events.get(action=Action.RENEW)
    assert event.by == patient.user
    assert "All medicines the patient takes" in event.note
    assert "a fit (seizure)" in event.note
    assert "ramipril" not in event.note
    assert list(Verification({}).findings()) == []


def test_a_confirmation_from_the_old_answer_settles_nothing_any_more(
    waiting: Prescription, patient: Patient, desk: Client, pharmacist: User
) -> None:
    about = morphine(waiting)
    reviews.record_query(waiting, by=pharmacist, asked=confirmation(about, title="Opioids"))
    reviews.record_query(waiting, by=pharmacist, asked=confirmation("first-strength-baclofen"))
    assert about in confirmed_alerts(waiting)

    change(patient, other_medicines="ramipril")
    gone = desk.get(address_of(waiting)).content.decode()
    change(patient, other_medicines=BEFORE)
    back = desk.get(address_of(waiting)).content.decode()

    assert confirmed_alerts(waiting) == {"first-strength-baclofen"}
    assert "It settles nothing any more" in gone
    assert "no longer among the findings" in gone
    assert "It settles nothing any more" in back
    assert "no longer among the findings" not in back


def test_an_answered_alert_is_open_again_and_so_are_points_and_signatures(
    waiting: Prescription, patient: Patient, baclofen: Product, desk: Client
) -> None:
    typed = complete(waiting, baclofen)
    post(desk, waiting, "save", typed)
    about = morphine(waiting)
    before = kept_sheet(waiting).work
    assert before.answers[about].outcome

    change(patient, other_medicines=f"{BEFORE}, ramipril", postcode="2001")

    waiting.refresh_from_db()
    now = kept_sheet(waiting).work
    assert now.answers[about].outcome == ""
    assert any(answer.outcome for answer in now.answers.values())
    assert now.clinical["interactions"][0] == "waits"
    assert now.clinical["withdrawal"] == ("yes", "")
    assert (now.legal.identity_result, now.legal.authenticity) == ("", "original_received")
    assert "c_withdrawal" in Worksheet.objects.get().typed


def test_a_change_is_settled_before_the_clinical_check_is_signed(
    waiting: Prescription, patient: Patient, baclofen: Product
) -> None:
    change(patient, alcohol="daily")
    (alert,) = [
        alert for alert in kept_sheet(waiting).work.alerts if alert.rule == "answer-changed"
    ]

    assert not alert.is_note
    assert not alert.is_block
    assert "from “Never” to “Every day, or nearly”" in alert.title


def test_a_new_approval_has_seen_it_and_keeps_it(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    name_medicine(medicine)
    patient = add_patient(customer)
    prescription = send_prescription(customer, medicine, patient=patient)
    approve_reviewed(prescription, medicine, by=pharmacist)
    change(patient, other_medicines="codeine")
    prescription.refresh_from_db()
    assert (prescription.status, FlagKind.CHANGED in flags_of(prescription)) == (
        Status.SUBMITTED,
        True,
    )

    approve_reviewed(prescription, medicine, by=pharmacist)

    frozen = Decision.objects.order_by("pk").last().frozen
    assert [each["now"] for each in frozen["changed_answers"]] == ["codeine"]
    assert kept_sheet(prescription).case.changed_answers == ()
    assert flags_of(prescription) == set()


def test_an_answer_that_is_only_confirmed_changes_nothing(
    waiting: Prescription, patient: Patient
) -> None:
    change(patient, dates=dict.fromkeys(patient.answers.dates, patient.created_at.date()))

    assert not AnswersChange.objects.exists()


# Another answer to each question than that of the case.
OTHERS: dict[str, Any] = {
    **{each.name: answer_to(each) for each in questions.table()},
    "patient_name": "Sam Other",
    "date_of_birth": ANSWERS.date_of_birth.replace(year=2020) if ANSWERS.date_of_birth else None,
    "sex_at_birth": "male",
    "address": "Elsewhere",
    "state": "NSW",
    "postcode": "9999",
    "country": "US",
    "phone": "01 234",
    "allergies": "",
    "conditions": "",
    "epilepsy": "yes",
    "ulcer": "active",
    "kidney_problems": "yes",
    "egfr": 20.0,
    "egfr_on": None,
    "alcohol": "daily",
    "other_medicines": "codeine",
    "takes_nothing_else": False,
    "taking": "new",
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("more", [{}, {"egfr": None}, {"allergies": ""}])
def test_no_finding_hangs_on_an_answer_that_it_is_not_said_to_rest_on(
    name: str, more: dict[str, Any]
) -> None:
    """Whatever appears, disappears or reads otherwise with another answer is open again after it."""

    def findings(**answers: Any) -> set[Any]:
        country = answers.get("country", "AU")
        return set(alerts_for(a_case(answers=answers, country=country)))

    differing = findings(**more) ^ findings(**{**more, name: OTHERS[name]})

    assert {alert.key for alert in differing if name not in answers_under(alert.key)} == set()


def test_every_question_has_words(countries: Any) -> None:
    """But for what is asked with each prescription, which no newer answer takes the place of."""
    table = questions.table()
    asked = table.without(table.each_time).names

    assert all(label_of(name) for name in asked)
    assert all(in_words(name, Answers(**OTHERS)[name]) for name in asked)


def test_the_table_names_only_answers_and_points_that_there_are() -> None:
    fields = ClinicalForm({}, filled={}).fields.keys() | LegalForm({}, accepted=()).fields.keys()

    assert fields_over(questions.table().names) <= fields
