"""The review page: taking and giving back, the sheet, who sees it, and what comes too late."""

from __future__ import annotations

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalogue.amounts import Strength
from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from shop.review.forms.sheet import kept_sheet
from shop.review.models import Flag, FlagKind, Worksheet
from tests.conftest import mg, patient_answers, send_prescription, signed_in
from tests.review.desk import (
    address_of,
    checks,
    complete,
    page_address,
    post,
    take,
    transcription,
)
from tests.signed import load_medicines

# Two of them ask the log whose the prescription is.
MOST_QUERIES = 47


def page_of(desk: Client, prescription: Prescription) -> str:
    return " ".join(desk.get(address_of(prescription)).content.decode().split())


def run_out(prescription: Prescription) -> None:
    Prescription.objects.update(claim_until=timezone.now() - datetime.timedelta(minutes=1))
    prescription.refresh_from_db()


class TestHolding:
    def test_it_is_taken_with_a_button_and_shows_until_when(
        self, desk: Client, prescription: Prescription
    ) -> None:
        assert "Take for review" in page_of(desk, prescription)

        take(desk, prescription)

        prescription.refresh_from_db()
        assert prescription.status == Status.IN_REVIEW
        assert f"With you until {prescription.claim_until:%H:%M} UTC" in page_of(desk, prescription)

    def test_who_does_not_hold_it_cannot_type(
        self, desk: Client, prescription: Prescription, second_pharmacist: User
    ) -> None:
        services.claim(prescription, by=second_pharmacist)

        page = page_of(desk, prescription)

        assert "With Tom Byrne until" in page
        assert 'name="patient_name"' not in page
        assert "Take for review" not in page

    def test_it_can_be_kept_longer(self, desk: Client, held: Prescription) -> None:
        Prescription.objects.update(claim_until=timezone.now() + datetime.timedelta(minutes=1))
        before = Prescription.objects.get().claim_until

        take(desk, held)

        after = Prescription.objects.get().claim_until
        assert before
        assert after
        assert after > before

    def test_it_can_be_put_back(self, desk: Client, held: Prescription) -> None:
        post(desk, held, "autosave", {"patient_name": "Robin Ex"})

        desk.post(address_of(held, "release"), {"version": held.version})

        held.refresh_from_db()
        assert (held.status, held.claimed_by) == (Status.SUBMITTED, None)
        assert Worksheet.objects.get().typed["patient_name"] == "Robin Ex"

    def test_after_its_time_another_takes_over_with_what_was_typed(
        self, desk: Client, held: Prescription, second_pharmacist: User
    ) -> None:
        post(desk, held, "autosave", {"patient_name": "Robin Ex"})
        run_out(held)
        other = signed_in(second_pharmacist)
        assert "The time of Nia Okafor ran out." in page_of(other, held)

        take(other, held)

        page = page_of(other, held)
        assert 'value="Robin Ex"' in page
        assert "Last saved by Nia Okafor" in page

    def test_after_its_time_the_holder_still_saves_while_nobody_took_it(
        self, desk: Client, held: Prescription
    ) -> None:
        run_out(held)

        assert post(desk, held, "autosave", {"patient_name": "Robin"}).status_code == 204
        assert "Your time ran out" in page_of(desk, held)

    def test_who_lost_it_cannot_save_over_the_other(
        self, desk: Client, held: Prescription, second_pharmacist: User
    ) -> None:
        seen = held.version
        run_out(held)
        other = signed_in(second_pharmacist)
        take(other, held)
        post(other, held, "autosave", {"patient_name": "Of the second"})

        response = desk.post(
            address_of(held),
            {"version": seen, "do": "autosave", "patient_name": "Of the first"},
        )

        assert response.status_code == 409
        assert "Tom Byrne is reviewing this prescription" in response.content.decode()
        assert Worksheet.objects.get().typed["patient_name"] == "Of the second"

    def test_two_cannot_take_it(
        self, desk: Client, prescription: Prescription, second_pharmacist: User
    ) -> None:
        seen = prescription.version
        services.claim(prescription, by=second_pharmacist)

        response = desk.post(address_of(prescription, "claim"), {"version": seen}, follow=True)

        assert "Tom Byrne is reviewing this prescription until" in response.content.decode()
        assert Prescription.objects.get().claimed_by == second_pharmacist

    @pytest.mark.parametrize("name", ["claim", "release"])
    def test_without_a_version_nothing_happens(
        self, name: str, desk: Client, prescription: Prescription
    ) -> None:
        desk.post(address_of(prescription, name), {"version": "x"})

        assert Prescription.objects.get().status == Status.SUBMITTED

    def test_nobody_takes_their_own(
        self, desk: Client, pharmacist: User, medicine: Product
    ) -> None:
        own = send_prescription(pharmacist, medicine)
        assert "This is your own prescription" in page_of(desk, own)

        response = desk.post(address_of(own, "claim"), {"version": own.version}, follow=True)

        assert "cannot decide on your own" in response.content.decode()
        assert desk.get(page_address(own)).status_code == 404
        assert Prescription.objects.get().status == Status.SUBMITTED


class TestTheSheet:
    def test_the_pages_stand_beside_the_order(self, desk: Client, held: Prescription) -> None:
        page = page_of(desk, held)

        assert page_address(held) in page
        for text in (
            "Robin Example",
            "14 March 1968",
            "60 tablets",
            "Allow Baclofen tablets 25 mg",
        ):
            assert text in page

    def test_no_decision_and_no_answer_is_chosen_beforehand(
        self, desk: Client, held: Prescription
    ) -> None:
        page = page_of(desk, held)

        assert 'name="decision"' in page
        assert not re.search(r"<input[^>]* checked", page)
        assert not re.search(r'<option value="[^"]+" selected', page)

    def test_what_is_typed_is_kept_even_when_it_is_wrong(
        self, desk: Client, held: Prescription
    ) -> None:
        post(desk, held, "save", {"patient_name": "Robin", "issued_on": "soon"})

        page = page_of(desk, held)
        assert 'value="Robin"' in page
        assert 'value="soon"' in page
        assert "Enter a valid date." in page

    def test_it_is_sealed(self, desk: Client, held: Prescription) -> None:
        post(desk, held, "save", {"patient_name": "Robin Example"})

        stored = Worksheet.objects.values_list("typed", flat=True).get()
        assert b"Robin" not in stored.data

    def test_only_fields_of_the_sheet_are_kept(self, desk: Client, held: Prescription) -> None:
        post(desk, held, "save", {"patient_name": "Robin", "is_admin": "yes"})

        assert set(Worksheet.objects.get().typed) == {"patient_name"}

    def test_fields_are_marked_as_same_different_or_not_comparable(
        self, desk: Client, held: Prescription, medicine: Product
    ) -> None:
        post(desk, held, "save", transcription(medicine, date_of_birth="1968-03-15"))

        page = page_of(desk, held)
        row = r'<th scope="row">%s</th> <td>[^<]*</td> <td>[^<]*</td> <td class="mark[^"]*">%s</td>'
        assert re.search(row % ("Patient", "Same"), page)
        assert re.search(row % ("Born", "Different"), page)
        assert re.search(row % ("Prescriber", "Not comparable"), page)
        assert re.search(row % ("Medicine", "Same"), page)
        assert re.search(row % ("10 mg", "Same"), page)

    def test_a_mismatch_becomes_a_flag_and_goes_with_it(
        self, desk: Client, held: Prescription, medicine: Product
    ) -> None:
        post(desk, held, "save", transcription(medicine, patient_name="Somebody Else"))
        assert Flag.objects.filter(kind=FlagKind.MISMATCH).exists()

        post(desk, held, "save", transcription(medicine))

        assert not Flag.objects.filter(kind=FlagKind.MISMATCH).exists()

    def test_every_alert_names_its_rule_and_source(
        self, desk: Client, held: Prescription, medicine: Product
    ) -> None:
        post(desk, held, "save", transcription(medicine, signed="no"))

        page = page_of(desk, held)
        assert "Must not be supplied:</strong> It is not signed." in page
        assert "Rule no-signature. Source: What a prescription holds: Human Medicines" in page
        assert "Nothing lifts this under these rules" in page

    def test_what_is_prescribed_can_be_taken_over(
        self, desk: Client, held: Prescription, medicine: Product
    ) -> None:
        post(desk, held, "fill", transcription(medicine))

        typed = Worksheet.objects.get().typed
        allowed = f"m{medicine.pk}-10mg"
        assert typed[f"{allowed}-units_per_supply"] == "60"
        assert typed[f"{allowed}-supplies"] == "2"
        assert f"m{medicine.pk}-25mg-supplies" not in typed

    def test_what_cannot_apply_stands_apart_from_what_was_passed_over(
        self, desk: Client, customer: User, baclofen: Product
    ) -> None:
        answers = patient_answers(sex_at_birth="male", allergies="")
        sent = send_prescription(customer, baclofen, answers=answers)

        shown = desk.get(address_of(sent)).context

        assert {"Name on the prescription", "Epilepsy, fits"} <= {e.label for e in shown["said"]}
        assert {"Phone", "Allergies"} <= set(shown["not_said"])
        assert {"Weight in kg", "Pregnancy, breastfeeding"} <= set(shown["not_asked"])
        assert set(shown["not_said"]).isdisjoint(shown["not_asked"])

    def test_a_strength_that_is_neither_ordered_nor_typed_is_shut(
        self, desk: Client, held: Prescription, medicine: Product
    ) -> None:
        def opened() -> list[Strength]:
            return [form.blank.strength for form in kept_sheet(held).opened]

        assert opened() == [mg(10)]

        for name in (
            f"i{medicine.pk}-{mg(25).slug}-ladder",
            f"m{medicine.pk}-{mg(25).slug}-supplies",
        ):
            post(desk, held, "autosave", {name: "x"})
            assert opened() == [mg(10), mg(25)]

    @pytest.mark.parametrize("do", ["", "nonsense"])
    def test_an_unknown_button_changes_nothing(
        self, do: str, desk: Client, held: Prescription, medicine: Product
    ) -> None:
        response = post(desk, held, do, complete(held, medicine))

        assert response.status_code == 302
        assert not Worksheet.objects.exists()

    def test_it_costs_no_query_an_alert(
        self,
        desk: Client,
        held: Prescription,
        medicine: Product,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        post(desk, held, "save", {**transcription(medicine), **checks()})

        with django_assert_max_num_queries(MOST_QUERIES):
            assert desk.get(address_of(held)).status_code == 200


class TestTooLate:
    def test_a_decision_from_a_stale_page_names_who_decided(
        self, desk: Client, approved: Prescription, medicine: Product
    ) -> None:
        typed = {"version": "1", "do": "record", "decision": "refuse"}

        response = desk.post(address_of(approved), typed, follow=True)

        assert "was decided by Nia Okafor at" in response.content.decode()
        assert approved.authorisations.count() == 1

    def test_the_customer_may_have_cancelled(
        self, desk: Client, held: Prescription, medicine: Product
    ) -> None:
        typed = {"version": held.version, "do": "record", **complete(held, medicine)}
        services.cancel(held, by=held.user)

        response = desk.post(address_of(held), typed, follow=True)

        assert "The customer has cancelled this prescription." in response.content.decode()
        assert Prescription.objects.get().status == Status.CANCELLED

    def test_changed_answers_make_the_page_stale(
        self, desk: Client, held: Prescription, medicine: Product
    ) -> None:
        typed = {"version": held.version, "do": "record", **complete(held, medicine)}
        services.renew_answers(held, held.answers, by=held.user)

        response = desk.post(address_of(held), typed, follow=True)

        assert "has changed since you opened it" in response.content.decode()
        assert Prescription.objects.get().status == Status.IN_REVIEW


class TestWithdrawing:
    def test_an_approval_can_be_withdrawn(self, desk: Client, approved: Prescription) -> None:
        data = {"version": str(approved.version), "message": "The prescriber withdrew it."}

        desk.post(address_of(approved, "withdraw"), data)

        approved.refresh_from_db()
        assert approved.status == Status.WITHDRAWN

    def test_it_needs_a_message(self, desk: Client, approved: Prescription) -> None:
        response = desk.post(
            address_of(approved, "withdraw"), {"version": approved.version, "message": ""}
        )

        assert "Tell the customer why" in response.content.decode()
        assert Prescription.objects.get().status == Status.APPROVED


@pytest.mark.parametrize(
    ("other_medicines", "shown"),
    [
        ("OxyContin 10 mg", "query-prescriber</strong>"),
        ("OxyContin 10 mg", "content version 2"),
        ("zebrafort", "Not recognized, so not checked"),
        ("Advl", "did they mean advil (moderate)?"),
        ("lithiumm", "(read as lithium)"),
        ("sertraline", "Known, our sources say nothing about it with Baclofen"),
        ("Tylenol Zebra", "(holds the name tylenol, but more as well)"),
        ("", "Empty, or no list: ask what else the patient takes."),
        ("none", "The patient says they take nothing else."),
    ],
)
def test_the_pharmacist_sees_what_the_other_medicines_do(
    other_medicines: str, shown: str, desk: Client, prescription: Prescription
) -> None:
    load_medicines("baclofen")
    prescription.answers_json = {**prescription.answers_json, "other_medicines": other_medicines}
    prescription.save()

    assert shown in page_of(desk, prescription)


def test_a_ticked_nothing_else_is_an_answer(desk: Client, prescription: Prescription) -> None:
    load_medicines("baclofen")
    prescription.answers_json = {**prescription.answers_json, "takes_nothing_else": True}
    prescription.save()

    page = page_of(desk, prescription)

    assert "The patient says they take nothing else." in page
    assert "Left empty" not in page
