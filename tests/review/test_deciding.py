"""Checks, signatures and decisions: what is needed, what is refused, what stays with them."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from shop.review.models import Check, CheckKind, Decision
from tests.conftest import mg, send_prescription, signed_in
from tests.review.desk import (
    address_of,
    approve_at_the_desk,
    complete,
    post,
    take,
    transcription,
)

TODAY = timezone.localdate


def status_of(prescription: Prescription) -> str:
    return Prescription.objects.get(pk=prescription.pk).status


def test_an_approval_is_recorded_with_both_signatures(
    desk: Client, prescription: Prescription, medicine: Product
) -> None:
    response = approve_at_the_desk(desk, prescription, medicine)

    prescription.refresh_from_db()
    authorisation = prescription.authorisations.get()
    assert response["Location"].endswith("/admin/prescriptions/prescription/")
    assert prescription.status == Status.APPROVED
    assert (authorisation.strength, authorisation.units_authorised) == (mg(10), 120)
    assert prescription.decided_registration == "Test register 12345"
    assert {check.kind for check in Check.objects.all()} == set(CheckKind)


def test_the_daily_number_that_was_read_goes_with_the_approval(
    desk: Client, prescription: Prescription, medicine: Product, customer: User
) -> None:
    approve_at_the_desk(desk, prescription, medicine)

    authorisation = prescription.authorisations.get()
    assert authorisation.units_a_day == Fraction(3)

    prescription.refresh_from_db()
    services.reopen(prescription, by=customer, reason="answers changed")
    item = f"i{medicine.pk}-10mg"
    twice = {f"{item}-units_a_day": "2", f"{item}-directions": "One tablet twice a day"}
    approve_at_the_desk(desk, prescription, medicine, **twice)

    authorisation.refresh_from_db()
    assert authorisation.units_a_day == Fraction(2)


def test_less_than_asked_can_be_approved(
    desk: Client, prescription: Prescription, medicine: Product
) -> None:
    allowed = f"m{medicine.pk}-10mg"

    approve_at_the_desk(
        desk,
        prescription,
        medicine,
        **{f"{allowed}-units_per_supply": "30", f"{allowed}-supplies": "1"},
    )

    assert prescription.authorisations.get().units_authorised == 30


@pytest.mark.parametrize("signed", [(), ("sign-legal",), ("sign-clinical",)])
def test_without_both_signatures_nothing_is_approved(
    signed: tuple[str, ...], desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = complete(held, medicine)
    for do in signed:
        post(desk, held, do, typed)

    response = post(desk, held, "record", typed)

    assert "check first." in response.content.decode()
    assert status_of(held) == Status.IN_REVIEW


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("units_per_supply", "0", "greater than or equal to 1"),
        ("units_per_supply", "-60", "greater than or equal to 1"),
        ("units_per_supply", "61", "More than the 60 tablets that are prescribed."),
        ("units_per_supply", "100000", "less than or equal to 400"),
        ("units_per_supply", "many", "Enter a whole number."),
        ("supplies", "", "Fill in all three"),
        ("supplies", "3", "More than the 2 supplies that are prescribed."),
        ("supplies", "99", "less than or equal to 13"),
        ("directions", "", "Fill in all three"),
    ],
)
def test_a_strength_is_allowed_whole_and_within_what_is_prescribed(
    field: str, value: str, words: str, desk: Client, prescription: Prescription, medicine: Product
) -> None:
    changes = {f"m{medicine.pk}-10mg-{field}": value}

    response = approve_at_the_desk(desk, prescription, medicine, **changes)

    assert words in response.content.decode()
    assert status_of(prescription) == Status.IN_REVIEW
    assert not prescription.authorisations.exists()


def test_a_strength_that_is_not_prescribed_cannot_be_allowed(
    desk: Client, prescription: Prescription, medicine: Product
) -> None:
    other = f"m{medicine.pk}-25mg"
    changes = {
        f"{other}-units_per_supply": "30",
        f"{other}-supplies": "1",
        f"{other}-directions": "One a day",
    }

    response = approve_at_the_desk(desk, prescription, medicine, **changes)

    assert "Enter how many tablets of this strength are prescribed." in response.content.decode()
    assert status_of(prescription) == Status.IN_REVIEW


@pytest.mark.parametrize(("jurisdiction", "most"), [("GB", 2), ("demo", 1)])
def test_repeats_without_a_number(
    jurisdiction: str,
    most: int,
    desk: Client,
    prescription: Prescription,
    medicine: Product,
    settings: Settings,
) -> None:
    settings.JURISDICTION = jurisdiction
    item, allowed = f"i{medicine.pk}-10mg", f"m{medicine.pk}-10mg"
    changes = {f"{item}-repeats": "", f"{item}-has_unnumbered_repeats": "on"}

    too_many = {f"{allowed}-supplies": str(most + 1)}
    approve_at_the_desk(desk, prescription, medicine, **changes, **too_many)
    assert status_of(prescription) == Status.IN_REVIEW

    approve_at_the_desk(
        desk, prescription, medicine, **changes, **{f"{allowed}-supplies": str(most)}
    )
    assert status_of(prescription) == Status.APPROVED


def test_an_approval_of_nothing_is_refused(
    desk: Client, prescription: Prescription, medicine: Product
) -> None:
    empty = {
        f"m{medicine.pk}-10mg-{field}": ""
        for field in ("units_per_supply", "supplies", "directions")
    }

    response = approve_at_the_desk(desk, prescription, medicine, **empty)

    assert "at least one strength" in response.content.decode()
    assert status_of(prescription) == Status.IN_REVIEW


@pytest.mark.parametrize("days", [-1, 400, None])
def test_an_approval_ends_within_the_prescriptions_time(
    days: int | None, desk: Client, prescription: Prescription, medicine: Product
) -> None:
    until = "" if days is None else str(TODAY() + datetime.timedelta(days=days))

    approve_at_the_desk(desk, prescription, medicine, valid_until=until)

    assert status_of(prescription) == Status.IN_REVIEW


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"decision": ""}, "Choose a decision."),
        ({"decision": "nonsense"}, "not one of the available choices"),
        ({"decision": "ask"}, "Choose what you ask for."),
        ({"decision": "ask", "ask_reason": "other"}, "Write your question"),
        ({"decision": "refuse"}, "Choose why you refuse."),
        ({"decision": "refuse", "refusal_reason": "R02"}, "Tell the customer why"),
        ({"decision": "refuse", "refusal_reason": "R99", "message": "No"}, "available choices"),
    ],
)
def test_an_incomplete_decision_is_refused_and_nothing_typed_is_lost(
    changes: dict[str, str], words: str, desk: Client, held: Prescription, medicine: Product
) -> None:
    response = post(desk, held, "record", complete(held, medicine, **changes))

    assert status_of(held) == Status.IN_REVIEW
    assert words in response.content.decode()
    assert "One tablet three times a day" in response.content.decode()


def test_a_question_and_its_answer_come_back_to_the_queue(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    asked = {"decision": "ask", "ask_reason": "other", "message": "Which dose do you take?"}
    post(desk, held, "record", asked)
    owner = signed_in(held.user)
    own_page = reverse("prescriptions:detail", args=[held.reference])
    assert "Which dose do you take?" in owner.get(own_page).content.decode()

    owner.post(reverse("prescriptions:answer", args=[held.reference]), {"answer": "Three a day"})

    assert "Three a day" in desk.get(address_of(held)).content.decode()
    assert status_of(held) == Status.SUBMITTED
    take(desk, held)
    assert status_of(held) == Status.IN_REVIEW


def test_a_refusal_tells_the_customer_why_and_what_next(desk: Client, held: Prescription) -> None:
    typed = {
        "decision": "refuse",
        "refusal_reason": "R02",
        "message": "Ask your doctor to sign it, then send it again.",
    }

    post(desk, held, "record", typed)

    own = signed_in(held.user).get(reverse("prescriptions:detail", args=[held.reference]))
    assert "It is not signed" in own.content.decode()
    assert "Ask your doctor to sign it" in own.content.decode()
    assert Decision.objects.get().frozen["decided"]["reason"] == "R02"


def test_which_proof_counts_is_the_jurisdictions(
    desk: Client, prescription: Prescription, medicine: Product, settings: Settings
) -> None:
    proof = {
        "authenticity": "prescriber_confirmed",
        "proof_by": "Dr M. Sample",
        "proof_number": "01 345 6789",
        "proof_directory": "Medical register",
    }
    approve_at_the_desk(desk, prescription, medicine, **proof)
    assert status_of(prescription) == Status.IN_REVIEW

    settings.JURISDICTION = "US"
    approve_at_the_desk(desk, prescription, medicine, **proof)

    assert status_of(prescription) == Status.APPROVED


@pytest.mark.parametrize("missing", ["proof_by", "proof_number", "proof_directory"])
def test_a_confirmation_says_who_and_at_which_number(
    missing: str, desk: Client, prescription: Prescription, medicine: Product, settings: Settings
) -> None:
    settings.JURISDICTION = "US"
    proof = {
        "authenticity": "prescriber_confirmed",
        "proof_by": "Dr M. Sample",
        "proof_number": "01 345 6789",
        "proof_directory": "Medical register",
    }

    approve_at_the_desk(desk, prescription, medicine, **{**proof, missing: ""})

    assert status_of(prescription) == Status.IN_REVIEW


def test_the_same_prescription_sent_again_is_known_once_it_is_read(
    desk: Client, held: Prescription, medicine: Product, other_customer: User
) -> None:
    again = send_prescription(other_customer, medicine)
    again.documents.update(sha256="0" * 64)
    post(desk, held, "save", transcription(medicine))
    take(desk, again)

    post(desk, again, "save", transcription(medicine))

    page = desk.get(address_of(again)).content.decode()
    assert "Rule duplicate." in page
    assert held.reference in page
