"""What sends an approval back to the queue, and what a second approval keeps."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from catalogue.models import Product
from shop.accounts.models import User
from shop.patients import services as patients
from shop.patients.models import Patient
from shop.prescriptions import services as prescriptions
from shop.prescriptions.authorising import Allowance, BelowSupplied
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import Status
from shop.review import services as reviews
from shop.review.models import (
    Decision,
    DecisionKind,
    FlagKind,
)
from tests.conftest import let_the_log_know, mg
from tests.review.desk import (
    approve_reviewed,
)


@pytest.fixture
def patient(reviewed: Prescription) -> Patient:
    """The patient of an approved prescription, as the account keeps them."""
    someone = Patient.objects.create(
        user=reviewed.user, answers_json=reviewed.answers.to_keep().as_json()
    )
    Prescription.objects.filter(pk=reviewed.pk).update(patient=someone)
    return someone


class TestReopening:
    def change(self, patient: Patient, **answers: Any) -> list[Prescription]:
        patient.answers_json = {**patient.answers_json, **answers}
        patient.save()
        return reviews.patient_changed(patient, list(answers))

    def test_a_new_medicine_reopens_the_check_and_the_pharmacist_sees_it(
        self, patient: Patient, reviewed: Prescription
    ) -> None:
        reopened = self.change(patient, other_medicines="codeine")

        reviewed.refresh_from_db()
        assert reopened == [reviewed]
        assert reviewed.status == Status.SUBMITTED
        assert reviewed.answers["other_medicines"] == "codeine"
        assert FlagKind.REOPENED in reviewed.flags.values_list("kind", flat=True)
        assert "All medicines the patient takes" in reviewed.events.last().note
        assert "codeine" not in reviewed.events.last().note

    def test_a_change_on_the_patients_page_reopens_the_check(
        self, patient: Patient, reviewed: Prescription
    ) -> None:
        answers = patient.answers.but(other_medicines="codeine")

        patients.keep(patient, answers=answers)

        reviewed.refresh_from_db()
        assert reviewed.status == Status.SUBMITTED
        assert reviewed.answers["other_medicines"] == "codeine"

    def test_an_answer_given_again_unchanged_reopens_nothing(
        self, patient: Patient, reviewed: Prescription
    ) -> None:
        dates = {"other_medicines": datetime.date(2026, 1, 2)}

        patients.keep(patient, answers=patient.answers.but(dates=dates))

        assert Prescription.objects.get().status == Status.APPROVED

    def test_what_was_asked_with_the_prescription_stays_as_it_was_answered(
        self, patient: Patient, reviewed: Prescription
    ) -> None:
        sent = reviewed.answers.but(taking="new")
        reviewed.answers_json = sent.as_json()
        reviewed.save(update_fields=("answers_json",))

        patients.keep(patient, answers=patient.answers.but(epilepsy="yes"))

        reviewed.refresh_from_db()
        assert (reviewed.answers["taking"], reviewed.answers["epilepsy"]) == ("new", "yes")

    def test_a_new_telephone_number_does_not(
        self, patient: Patient, reviewed: Prescription
    ) -> None:
        assert self.change(patient, phone="01 234") == []
        assert Prescription.objects.get().status == Status.APPROVED

    def test_who_is_reviewing_sees_the_new_answers(
        self, patient: Patient, reviewed: Prescription, pharmacist: User
    ) -> None:
        self.change(patient, other_medicines="codeine")
        reviewed.refresh_from_db()
        prescriptions.claim(reviewed, by=pharmacist)
        seen = reviewed.version

        assert self.change(patient, other_medicines="codeine, alcohol") == []

        reviewed.refresh_from_db()
        assert reviewed.status == Status.IN_REVIEW
        assert reviewed.version > seen
        assert reviewed.answers["other_medicines"] == "codeine, alcohol"

    @pytest.mark.parametrize("status", [Status.REFUSED, Status.EXPIRED, Status.WITHDRAWN])
    def test_what_is_over_stays_over(
        self, status: Status, patient: Patient, reviewed: Prescription
    ) -> None:
        Prescription.objects.update(status=status, refusal_reason="R02")

        assert self.change(patient, other_medicines="codeine") == []
        assert Prescription.objects.get().status == status

    def test_another_country_reopens_the_check(
        self, reviewed: Prescription, customer: User
    ) -> None:
        assert not reviews.destination_changed(reviewed, "AU", by=customer)

        assert reviews.destination_changed(reviewed, "US", by=customer)

        reviewed.refresh_from_db()
        assert reviewed.status == Status.SUBMITTED

    def test_the_last_approval_counts(
        self, reviewed: Prescription, medicine: Product, customer: User, pharmacist: User
    ) -> None:
        reviews.destination_changed(reviewed, "US", by=customer)
        reviewed.refresh_from_db()
        approve_reviewed(reviewed, medicine, by=pharmacist, country="US")

        assert reviews.decided_country(reviewed) == "US"
        assert not reviews.destination_changed(reviewed, "US", by=customer)


class TestApprovingAgain:
    def reopen(self, prescription: Prescription, supplied: int) -> None:
        Authorisation.objects.update(units_supplied=supplied)
        let_the_log_know(Authorisation.objects.get())
        prescription.refresh_from_db()
        prescriptions.reopen(prescription, by=prescription.user, reason="New medicine")

    def test_what_was_supplied_is_kept(
        self, reviewed: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        self.reopen(reviewed, 60)

        approve_reviewed(reviewed, medicine, by=pharmacist)

        authorisation = reviewed.authorisations.get()
        assert (authorisation.units_supplied, authorisation.units_left) == (60, 60)
        assert Decision.objects.filter(kind=DecisionKind.APPROVED).count() == 2

    def test_never_below_what_was_supplied(
        self, reviewed: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        self.reopen(reviewed, 120)

        with pytest.raises(BelowSupplied) as refused:
            approve_reviewed(
                reviewed, medicine, by=pharmacist, **{f"m{medicine.pk}-10mg-supplies": "1"}
            )

        assert "120 tablets of 10 mg are supplied already" in refused.value.message
        reviewed.refresh_from_db()
        assert reviewed.status == Status.IN_REVIEW
        assert Decision.objects.filter(kind=DecisionKind.APPROVED).count() == 1

    def test_all_of_it_supplied_is_used_up_at_once(
        self, reviewed: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        self.reopen(reviewed, 120)

        approve_reviewed(reviewed, medicine, by=pharmacist)

        assert Prescription.objects.get().status == Status.USED_UP

    @pytest.mark.parametrize("supplied", [0, 60])
    def test_a_strength_that_is_not_named_again_ends(
        self, supplied: int, reviewed: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        self.reopen(reviewed, supplied)
        prescriptions.claim(reviewed, by=pharmacist)

        prescriptions.approve(
            reviewed,
            by=pharmacist,
            allowances=[Allowance(medicine.pk, mg(25), 30, 1, "One a day")],
            legal=prescriptions.Legal(
                "Dr M. Sample", reviewed.issued_on, "original_received", reviewed.valid_until
            ),
        )

        ten = reviewed.authorisations.get(strength=mg(10))
        assert (ten.units_supplied, ten.units_left) == (supplied, 0)
        assert reviewed.authorisations.get(strength=mg(25)).units_left == 30
