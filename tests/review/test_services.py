"""What a decision keeps, that nobody changes it, and what reopens the check."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from catalogue.models import ContentVersion, Medicine, Product
from shop.accounts.models import User
from shop.patients.models import Patient
from shop.prescriptions import services as prescriptions
from shop.prescriptions.authorising import Allowance, BelowSupplied
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.services import HeldByAnother, NotAllowed, TransitionRefused
from shop.prescriptions.statuses import Status
from shop.review import services as reviews
from shop.review.forms.sheet import Sheet
from shop.review.models import (
    CheckKind,
    Decision,
    DecisionKind,
    Flag,
    FlagKind,
    NeverChanged,
    PrescriberQuery,
)
from shop.review.services import NotReady
from tests.conftest import make_pharmacist, send_prescription
from tests.review.desk import (
    approve_reviewed,
    complete,
    confirmation,
    decide_reviewed,
    name_medicine,
)


def sheet_of(prescription: Prescription, medicine: Product, **changes: Any) -> Sheet:
    sheet = Sheet(prescription, complete(prescription, medicine, **changes))
    for form in sheet.allowances:
        form.is_valid()
    return sheet


class TestFrozen:
    def test_what_was_known_is_kept_with_it(
        self, prescription: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        call_command("load_medicines", "baclofen", stdout=io.StringIO())
        prescription.answers_json = {
            **prescription.answers_json,
            "other_medicines": "codeine, zebrafort",
        }
        prescription.save()

        approve_reviewed(prescription, medicine, by=pharmacist)

        decision = Decision.objects.get()
        kept = decision.frozen
        version = ContentVersion.objects.get()
        assert decision.kind == DecisionKind.APPROVED
        assert (decision.country, decision.profile) == ("AU", "demo")
        assert kept["documents"][0]["sha256"] == prescription.documents.get().sha256
        assert kept["profile"]["digest"] == decision.profile_digest
        assert kept["transcription"]["prescriber_number"] == "48213"
        assert kept["interactions"][0]["content_digest"] == version.digest
        assert kept["interactions"][0]["unchecked"][0]["typed"] == "zebrafort"
        assert all(alert["answer"]["outcome"] for alert in kept["alerts"])
        assert {check["kind"] for check in kept["checks"]} == {"legal", "clinical"}
        assert kept["checks"][0]["registration"] == "Test register 12345"
        assert kept["patient"]["patient_name"] == "Robin Example"
        assert kept["decided"]["allowances"][0]["tablets_per_supply"] == 60

    def test_the_check_can_be_made_again_with_the_same_result(
        self, prescription: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        from catalogue.checking import frozen_check

        call_command("load_medicines", "baclofen", stdout=io.StringIO())
        approve_reviewed(prescription, medicine, by=pharmacist)

        kept = Decision.objects.get().frozen["interactions"][0]

        asked = kept["input"]
        again = frozen_check(
            ContentVersion.objects.get(digest=kept["content_digest"]),
            asked["medicines"],
            age=asked["age"],
            egfr=asked["egfr"],
        )
        assert again == kept

    def test_it_is_sealed(self, reviewed: Prescription) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT frozen FROM review_decision")
            stored = bytes(cursor.fetchone()[0])

        assert b"Robin" not in stored

    def test_nobody_changes_or_deletes_it(self, reviewed: Prescription) -> None:
        decision = Decision.objects.get()

        for change in (
            decision.save,
            decision.delete,
            Decision.objects.all().delete,
            lambda: Decision.objects.update(country="US"),
            lambda: Decision.objects.filter(pk=decision.pk).update(country="US"),
        ):
            with pytest.raises(NeverChanged):
                change()

        assert Decision.objects.get().is_intact

    def test_a_change_behind_our_back_shows(self, reviewed: Prescription) -> None:
        decision = Decision.objects.get()
        decision.frozen = {**decision.frozen, "country": "US"}

        assert not decision.is_intact

    def test_questions_and_refusals_are_kept_too(
        self, prescription: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        prescriptions.claim(prescription, by=pharmacist)
        work = Sheet(prescription, {"patient_name": "Robin"}).work
        reviews.ask(prescription, by=pharmacist, work=work, question="Which dose?")
        prescriptions.answer(prescription, by=prescription.user, text="Three")
        prescriptions.claim(prescription, by=pharmacist)
        work = Sheet(prescription, {"patient_name": "Robin"}).work

        reviews.refuse(prescription, by=pharmacist, work=work, reason="R13", message="Ask")

        asked, refused = Decision.objects.all()
        assert asked.frozen["decided"] == {"question": "Which dose?"}
        assert refused.frozen["answer"] == "Three"
        assert refused.frozen["transcription"]["patient_name"] == "Robin"


class TestOnlyTheHolder:
    def steps(self, prescription: Prescription, medicine: Product, by: User) -> list[Any]:
        sheet = sheet_of(prescription, medicine)
        work = sheet.work
        return [
            lambda: reviews.keep_sheet(prescription, by=by, typed={}),
            lambda: reviews.sign(prescription, by=by, kind=CheckKind.LEGAL, work=work),
            lambda: reviews.sign(prescription, by=by, kind=CheckKind.CLINICAL, work=work),
            lambda: reviews.record_query(prescription, by=by, asked=confirmation("x")),
            lambda: reviews.ask(prescription, by=by, work=work, question="?"),
            lambda: reviews.refuse(prescription, by=by, work=work, reason="R02", message="No"),
            lambda: reviews.approve(prescription, by=by, work=work, approval=sheet.approval()),
        ]

    def test_another_pharmacist_does_nothing(
        self,
        prescription: Prescription,
        medicine: Product,
        pharmacist: User,
        second_pharmacist: User,
    ) -> None:
        prescriptions.claim(prescription, by=pharmacist)

        for step in self.steps(prescription, medicine, second_pharmacist):
            with pytest.raises(HeldByAnother):
                step()

        assert not Decision.objects.exists()

    @pytest.mark.parametrize("person", ["superuser", "staff", "superintendent", "customer"])
    def test_nobody_else_does_anything(
        self,
        person: str,
        prescription: Prescription,
        medicine: Product,
        pharmacist: User,
        request: pytest.FixtureRequest,
    ) -> None:
        prescriptions.claim(prescription, by=pharmacist)

        for step in self.steps(prescription, medicine, request.getfixturevalue(person)):
            with pytest.raises(NotAllowed):
                step()

    def test_nothing_is_done_to_what_nobody_took(
        self, prescription: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        for step in self.steps(prescription, medicine, pharmacist):
            with pytest.raises(TransitionRefused):
                step()

    def test_the_service_asks_for_everything_whatever_a_page_says(
        self, prescription: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        prescriptions.claim(prescription, by=pharmacist)
        sheet = sheet_of(prescription, medicine)
        bare = replace(sheet.work, answers={})

        with pytest.raises(NotReady):
            reviews.approve(prescription, by=pharmacist, work=bare, approval=sheet.approval())
        with pytest.raises(NotReady):
            reviews.approve(prescription, by=pharmacist, work=sheet.work, approval=sheet.approval())

        assert Prescription.objects.get().status == Status.IN_REVIEW


class TestFlags:
    def flags_after(self, user: User, medicine: Product, **answers: Any) -> set[str]:
        prescription = send_prescription(user, medicine)
        prescriptions.renew_answers(prescription, replace(prescription.answers, **answers))
        from shop.review import flags

        flags.look_again(prescription)
        return set(Flag.objects.filter(prescription=prescription).values_list("kind", flat=True))

    @pytest.mark.parametrize(
        ("answers", "kind"),
        [
            ({"egfr": 20.0}, FlagKind.KIDNEYS),
            ({"kidney_problems": "yes"}, FlagKind.KIDNEYS),
            ({"date_of_birth": None}, FlagKind.AGE),
            ({"pregnancy": "pregnant"}, FlagKind.PREGNANCY),
            ({"epilepsy": "yes"}, FlagKind.CONDITION),
            ({"other_medicines": "codeine"}, FlagKind.INTERACTION),
            ({"other_medicines": "zebrafort"}, FlagKind.NOT_CHECKED),
        ],
    )
    def test_answers_that_stand_out_are_flagged(
        self, answers: dict[str, Any], kind: FlagKind, customer: User, medicine: Product
    ) -> None:
        name_medicine(medicine)
        call_command("load_medicines", "baclofen", stdout=io.StringIO())

        assert kind in self.flags_after(customer, medicine, **answers)

    def test_they_are_written_when_it_is_sent(
        self, customer: User, other_customer: User, medicine: Product
    ) -> None:
        name_medicine(medicine)
        send_prescription(customer, medicine)

        again = send_prescription(other_customer, medicine)

        assert FlagKind.DUPLICATE in again.flags.values_list("kind", flat=True)

    def test_a_strength_that_may_not_go_there_is_flagged(
        self, customer: User, medicine: Product
    ) -> None:
        name_medicine(medicine)

        assert FlagKind.COUNTRY in self.flags_after(customer, medicine, country="GB")

    def test_an_answer_is_flagged_until_the_decision(
        self, prescription: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        prescriptions.claim(prescription, by=pharmacist)
        prescriptions.ask(prescription, by=pharmacist, question="?")
        prescriptions.answer(prescription, by=prescription.user, text="Yes")
        assert FlagKind.ANSWERED in prescription.flags.values_list("kind", flat=True)

        approve_reviewed(prescription, medicine, by=pharmacist)

        assert not prescription.flags.exists()


@pytest.fixture
def patient(reviewed: Prescription) -> Patient:
    """The patient of an approved prescription, as the account keeps them."""
    someone = Patient.objects.create(user=reviewed.user, answers_json=reviewed.answers_json)
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
        assert reviewed.answers.other_medicines == "codeine"
        assert FlagKind.REOPENED in reviewed.flags.values_list("kind", flat=True)
        assert "other_medicines" in reviewed.events.last().note
        assert "codeine" not in reviewed.events.last().note

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
        assert reviewed.answers.other_medicines == "codeine, alcohol"

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
        Authorisation.objects.update(tablets_supplied=supplied)
        prescription.refresh_from_db()
        prescriptions.reopen(prescription, by=prescription.user, reason="New medicine")

    def test_what_was_supplied_is_kept(
        self, reviewed: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        self.reopen(reviewed, 60)

        approve_reviewed(reviewed, medicine, by=pharmacist)

        authorisation = reviewed.authorisations.get()
        assert (authorisation.tablets_supplied, authorisation.tablets_left) == (60, 60)
        assert Decision.objects.filter(kind=DecisionKind.APPROVED).count() == 2

    def test_never_below_what_was_supplied(
        self, reviewed: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        self.reopen(reviewed, 120)

        with pytest.raises(BelowSupplied) as refused:
            approve_reviewed(
                reviewed, medicine, by=pharmacist, **{f"m{medicine.pk}-10-supplies": "1"}
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
            allowances=[Allowance(medicine.pk, 25, 30, 1, "One a day")],
            legal=prescriptions.Legal(
                "Dr M. Sample", reviewed.issued_on, "original_received", reviewed.valid_until
            ),
        )

        ten = reviewed.authorisations.get(strength_mg=10)
        assert (ten.tablets_supplied, ten.tablets_left) == (supplied, 0)
        assert reviewed.authorisations.get(strength_mg=25).tablets_left == 30


def test_queries_are_sealed_and_say_who_asked(prescription: Prescription, pharmacist: User) -> None:
    prescriptions.claim(prescription, by=pharmacist)

    query = reviews.record_query(prescription, by=pharmacist, asked=confirmation("daily-dose"))

    stored = PrescriberQuery.objects.values_list("content", flat=True).get()
    assert b"Sample" not in stored.data
    assert (query.registration, query.content["about"]) == ("Test register 12345", "daily-dose")
    assert reviews.confirmed_alerts(prescription) == {"daily-dose"}


def test_a_decision_names_the_profile_it_was_taken_under(
    prescription: Prescription, medicine: Product, pharmacist: User, settings: Settings
) -> None:
    settings.JURISDICTION = "AU"

    approve_reviewed(prescription, medicine, by=pharmacist)

    assert Decision.objects.get().profile == "AU"


def test_two_pharmacists_may_sign_the_two_checks(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    first = make_pharmacist("third@example.com", number="3")
    prescriptions.claim(prescription, by=first)
    work = sheet_of(prescription, medicine).work
    reviews.sign(prescription, by=first, kind=CheckKind.LEGAL, work=work)
    prescriptions.release(prescription, by=first)
    prescriptions.claim(prescription, by=pharmacist)

    decide_reviewed(prescription, medicine, by=pharmacist)

    who = {check["registration"] for check in Decision.objects.get().frozen["checks"]}
    assert "Test register 12345" in who


def test_a_medicine_without_a_name_in_the_profiles_is_said(
    customer: User, medicine: Product
) -> None:
    Medicine.objects.all().delete()
    sheet = Sheet(send_prescription(customer, medicine), {})

    assert any(form.alert.rule == "no-limits" for form in sheet.alerts)
