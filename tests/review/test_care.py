"""Counselling, asking how it goes and the letter to the doctor: not skipped in silence at a first supply."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions import services as prescriptions
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from shop.review import services as reviews
from shop.review.care import Care, follow_up_on, is_first_supply, missing
from shop.review.forms.sheet import Sheet
from shop.review.models import Decision
from shop.tasks.kinds import Kind
from shop.tasks.models import Task
from tests.review.cases import a_case
from tests.review.desk import (
    WORDS,
    address_of,
    approve_at_the_desk,
    approve_reviewed,
    complete,
    confirmation,
)

DONE = Care("given", "due", "written")
NEW: dict[str, Any] = {"said": {"taking": "new"}, "last_supplies": {}}
WITH_DOCTOR = {"taking": "new", "doctor": "Dr R. Regular", "may_write_to_doctor": "yes"}


def skipped(care: Care, **changes: Any) -> list[str]:
    return [where for where, _text in missing(a_case(**{**NEW, **changes}), care)]


@pytest.mark.parametrize(
    ("taking", "is_first"),
    [("new", True), ("stopped", True), ("here", False), ("elsewhere", False)],
)
def test_what_is_a_first_supply(taking: str, *, is_first: bool) -> None:
    case = a_case(said={"taking": taking}, last_supplies={})

    assert is_first_supply(case) is is_first
    assert bool(list(missing(case, Care()))) is is_first


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({}, []),
        ({"counselling": ""}, ["counselling"]),
        ({"counselling": "perhaps"}, ["counselling"]),
        ({"follow_up": ""}, ["follow_up"]),
        ({"letter": ""}, ["letter"]),
        ({"counselling": "none"}, ["why"]),
        ({"follow_up": "none", "why": "seen, x"}, ["why"]),
        ({"letter": "none", "why": "She tells him herself on Monday"}, []),
        ({"counselling": "declined"}, []),
    ],
)
def test_nothing_is_skipped_in_silence(changes: dict[str, str], where: list[str]) -> None:
    assert skipped(replace(DONE, **changes), said=WITH_DOCTOR) == where


@pytest.mark.parametrize(
    "said",
    [
        {**WITH_DOCTOR, "doctor": "", "may_write_to_doctor": ""},
        {**WITH_DOCTOR, "doctor": ""},
        {**WITH_DOCTOR, "may_write_to_doctor": "no"},
    ],
)
def test_nobody_is_written_to_without_consent(said: dict[str, str]) -> None:
    assert skipped(replace(DONE, letter=""), said=said) == []


def test_the_medicine_says_when_somebody_asks_how_it_goes() -> None:
    case = a_case(**NEW)

    assert follow_up_on(case, DONE) == case.today + datetime.timedelta(days=7)
    assert follow_up_on(case, replace(DONE, follow_up="none", why=WORDS)) is None
    assert follow_up_on(a_case(), DONE) is None


def confirm_all(prescription: Prescription, medicine: Product, *, by: User) -> None:
    """The prescriber's word on whatever only they settle."""
    prescriptions.claim(prescription, by=by)
    for alert in Sheet(prescription, complete(prescription, medicine)).work.alerts:
        if alert.needs_prescriber:
            reviews.record_query(prescription, by=by, asked=confirmation(alert.key))


def test_it_is_asked_at_the_desk_kept_and_followed_up(
    desk: Client, prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    prescription.answers_json = prescription.answers.but(**WITH_DOCTOR).as_json()
    prescription.save(update_fields=("answers_json",))
    confirm_all(prescription, medicine, by=pharmacist)

    refused = approve_at_the_desk(desk, prescription, medicine, counselling="", letter="")

    assert "Say whether counselling was offered" in refused.content.decode()
    assert "Say whether the regular doctor is written to." in refused.content.decode()
    assert Prescription.objects.get().status == Status.IN_REVIEW
    approve_at_the_desk(desk, prescription, medicine, letter="written")
    kept = Decision.objects.get().frozen["care"]
    task = Task.objects.get(kind=Kind.FIRST_SUPPLY)
    assert (kept["counselling"], kept["follow_up"], kept["letter"]) == ("given", "due", "written")
    assert "Dr R. Regular" in kept["letter_text"]
    assert task.due == timezone.localdate() + datetime.timedelta(days=7)
    assert "Robin" not in task.words
    page = desk.get(address_of(prescription)).content.decode()
    assert "Letter to the regular doctor" in page
    assert "To: Dr R. Regular" in page


def test_a_patient_who_goes_on_is_asked_nothing_of_it(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    answers = prescription.answers.but(taking="elsewhere")
    prescription.answers_json = answers.as_json()
    prescription.save(update_fields=("answers_json",))

    approve_reviewed(prescription, medicine, by=pharmacist, counselling="", follow_up="")

    assert Decision.objects.get().frozen["care"]["letter_text"] == ""
    assert not Task.objects.filter(kind=Kind.FIRST_SUPPLY).exists()
