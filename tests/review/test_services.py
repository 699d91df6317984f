"""What a decision keeps, that nobody changes it, and what reopens the check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from catalogue.amounts import Mass
from catalogue.checking import frozen_check
from catalogue.models import ContentVersion, Medicine, Product
from shop.accounts.models import User
from shop.prescriptions import answering, supply_ledger
from shop.prescriptions import services as prescriptions
from shop.prescriptions.answering import Answer
from shop.prescriptions.models import Prescription
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.services import HeldByAnother, NotAllowed
from shop.prescriptions.statuses import Status
from shop.review import flags
from shop.review import services as reviews
from shop.review.cases import case_of
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
from shop.review.rules.case import LastSupply
from shop.review.services import NotReady
from shop.review.settled import confirmed_alerts
from shop.review.transcription import Transcription
from tests.conftest import approve, make_pharmacist, send_prescription
from tests.prescriptions.test_ledger import line_of_an_order
from tests.review.desk import (
    approve_reviewed,
    complete,
    confirmation,
    decide_reviewed,
    name_medicine,
)
from tests.signed import load_medicines


def sheet_of(prescription: Prescription, medicine: Product, **changes: Any) -> Sheet:
    sheet = Sheet(prescription, complete(prescription, medicine, **changes))
    for form in sheet.allowances:
        form.is_valid()
    return sheet


class TestFrozen:
    def test_what_was_known_is_kept_with_it(
        self, prescription: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        load_medicines("baclofen")
        prescription.answers_json = {
            **prescription.answers_json,
            "other_medicines": "ramipril, zebrafort",
        }
        prescription.save()

        approve_reviewed(prescription, medicine, by=pharmacist)

        decision = Decision.objects.get()
        kept = decision.frozen
        version = ContentVersion.objects.get(number=2)
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
        assert kept["patient"]["patient_name"]["answer"] == "Robin Example"
        assert kept["decided"]["allowances"][0]["units_per_supply"] == 60

    def test_the_check_can_be_made_again_with_the_same_result(
        self, prescription: Prescription, medicine: Product, pharmacist: User
    ) -> None:
        load_medicines("baclofen")
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
        answering.answer(prescription, by=prescription.user, said=Answer("Three"))
        prescriptions.claim(prescription, by=pharmacist)
        work = Sheet(prescription, {"patient_name": "Robin"}).work

        reviews.refuse(prescription, by=pharmacist, work=work, reason="R13", message="Ask")

        asked, refused = Decision.objects.all()
        assert asked.frozen["decided"] == {"question": "Which dose?", "reason": "other"}
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
        changed = replace(prescription.answers, **answers)
        prescriptions.renew_answers(prescription, changed, by=user)
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
        load_medicines("baclofen")

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
        answering.answer(prescription, by=prescription.user, said=Answer("Yes"))
        assert FlagKind.ANSWERED in prescription.flags.values_list("kind", flat=True)

        approve_reviewed(prescription, medicine, by=pharmacist)

        assert not prescription.flags.exists()


def test_queries_are_sealed_and_say_who_asked(prescription: Prescription, pharmacist: User) -> None:
    prescriptions.claim(prescription, by=pharmacist)

    query = reviews.record_query(prescription, by=pharmacist, asked=confirmation("daily-dose"))

    stored = PrescriberQuery.objects.values_list("content", flat=True).get()
    assert b"Sample" not in stored.data
    assert (query.registration, query.content["about"]) == ("Test register 12345", "daily-dose")
    assert confirmed_alerts(prescription) == {"daily-dose"}


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
    Medicine.objects.update(slug="of-no-folder")
    sheet = Sheet(send_prescription(customer, medicine), {})

    assert any(form.alert.rule == "not-screened" for form in sheet.alerts)


def test_tablets_that_came_back_are_no_last_supply(
    prescription: Prescription, customer: User, medicine: Product, pharmacist: User
) -> None:
    earlier = approve(send_prescription(customer, medicine), medicine, by=pharmacist)
    supply = supply_ledger.take(
        earlier.authorisations.get(), units=60, order_line=line_of_an_order(1)
    )
    before = case_of(prescription, Transcription()).last_supplies

    supply_ledger.give_back(supply, by=pharmacist, note="cancelled")

    assert before == {medicine.pk: LastSupply(timezone.localdate(), Mass.of(600, "mg"))}
    assert case_of(prescription, Transcription()).last_supplies == {}
