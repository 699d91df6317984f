"""Medicines that the pharmacist read on the paper or heard of: checked with the patient's own list."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.pages.own_data import data_of
from shop.prescriptions import services as prescriptions
from shop.prescriptions.models import Prescription
from shop.prescriptions.services import HeldByAnother
from shop.review import added
from shop.review import services as reviews
from shop.review.added import Heard
from shop.review.forms.sheet import Sheet, kept_sheet
from shop.review.models import AddedMedicine, Check, Decision
from shop.review.services import NotReady
from shop.review.settled import confirmed_alerts
from tests.review.desk import address_of, approve_reviewed, complete, confirmation, post
from tests.signed import load_medicines

MORPHINE = Heard("morphine 10 mg", "phone", "Dr M. Sample")
TYPED = {"added-medicine": "morphine 10 mg", "added-source": "phone", "added-whose": "Dr M. Sample"}


@pytest.fixture(autouse=True)
def _content(held: Prescription) -> None:
    load_medicines("baclofen")


def keys(prescription: Prescription) -> set[str]:
    return {alert.key for alert in Sheet(prescription, {}).work.alerts}


def test_it_is_checked_with_the_patients_list(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    held.answers_json = held.answers.but(other_medicines="ramipril").as_json()
    held.save(update_fields=("answers_json",))
    before = keys(held)

    post(desk, held, "add-medicine", {**complete(held, medicine), **TYPED})

    page = desk.get(address_of(held)).content.decode()
    assert keys(held) - before == {"opioid-baclofen"}
    assert before - keys(held) == set()
    assert "Added by the pharmacist" in page
    assert "Heard on the telephone: Dr M. Sample. Nia Okafor, Test register 12345" in page
    assert kept_sheet(held).work.clinical["interactions"][0] == "waits"
    assert kept_sheet(held).work.clinical["withdrawal"] == ("yes", "")


def test_it_is_checked_although_the_patient_takes_nothing_else(
    held: Prescription, pharmacist: User
) -> None:
    held.answers_json = held.answers.but(takes_nothing_else=True).as_json()
    held.save(update_fields=("answers_json",))

    added.add(held, by=pharmacist, heard=MORPHINE)

    assert "opioid-baclofen" in keys(held)


@pytest.mark.parametrize("named", ["", "?"])
def test_it_is_no_answer_of_the_patients(named: str, held: Prescription, pharmacist: User) -> None:
    held.answers_json = held.answers.but(other_medicines=named).as_json()
    held.save(update_fields=("answers_json",))
    assert "medicines-unclear" in keys(held)

    added.add(held, by=pharmacist, heard=MORPHINE)

    assert {"medicines-unclear", "opioid-baclofen"} <= keys(held)


def test_who_when_and_where_from_are_kept_sealed_logged_and_frozen(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    added.add(prescription, by=pharmacist, heard=Heard("zebrafort", "paper", "page 2"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM review_addedmedicine")
        stored = bytes(cursor.fetchone()[0])
    prescriptions.release(prescription, by=pharmacist)
    approve_reviewed(prescription, medicine, by=pharmacist)

    (kept,) = Decision.objects.get().frozen["added_medicines"]
    assert (kept["medicine"], kept["whose"]) == ("zebrafort", "page 2")
    assert kept["by"] == "Nia Okafor, Test register 12345"
    assert "zebrafort" in Decision.objects.get().frozen["interactions"][0]["input"]["medicines"]
    assert b"zebrafort" not in stored
    assert Entry.objects.filter(action="medicine.add").count() == 1


def test_what_was_settled_without_it_is_open_again(
    held: Prescription, medicine: Product, desk: Client, pharmacist: User
) -> None:
    held.answers_json = held.answers.but(other_medicines="codeine").as_json()
    held.save(update_fields=("answers_json",))
    reviews.record_query(held, by=pharmacist, asked=confirmation("opioid-baclofen"))
    typed = complete(held, medicine)
    post(desk, held, "sign-clinical", typed)
    signed = Check.objects.count()
    assert Sheet(held, typed).work.answers["opioid-baclofen"].outcome

    added.add(held, by=pharmacist, heard=MORPHINE)

    work = Sheet(held, typed).work
    assert signed == 1
    assert confirmed_alerts(held) == frozenset()
    assert work.answers["opioid-baclofen"].outcome == ""
    assert reviews.signatures_on(held, work) == {}
    assert "It settles nothing any more" in desk.get(address_of(held)).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"added-medicine": " "}, "Enter one medicine"),
        ({"added-source": ""}, "Choose where you have it from."),
        ({"added-source": "a dream"}, "not one of the available choices"),
        ({"added-whose": ""}, "Enter who said it"),
    ],
)
def test_all_of_it_is_needed(
    changes: dict[str, str], words: str, desk: Client, held: Prescription
) -> None:
    response = post(desk, held, "add-medicine", {**TYPED, **changes})

    assert words in response.content.decode()
    assert not AddedMedicine.objects.exists()


@pytest.mark.parametrize("missing", ["medicine", "source", "whose"])
def test_nor_past_the_page(missing: str, held: Prescription, pharmacist: User) -> None:
    heard: dict[str, Any] = {**vars(MORPHINE), missing: ""}

    with pytest.raises(NotReady):
        added.add(held, by=pharmacist, heard=Heard(**heard))


def test_only_the_holder_adds(held: Prescription, second_pharmacist: User) -> None:
    with pytest.raises(HeldByAnother):
        added.add(held, by=second_pharmacist, heard=MORPHINE)

    assert not AddedMedicine.objects.exists()


WHY = "It was read on another patient's paper"


def test_struck_out_it_is_checked_no_more_and_stays_in_the_record(
    desk: Client, held: Prescription, medicine: Product, pharmacist: User
) -> None:
    before = keys(held)
    row = added.add(held, by=pharmacist, heard=MORPHINE)
    assert "opioid-baclofen" in keys(held)
    typed = complete(held, medicine)
    reviews.record_query(held, by=pharmacist, asked=confirmation("opioid-baclofen"))
    post(desk, held, "sign-clinical", typed)

    struck = {"strike-which": str(row.uuid), "strike-why": WHY}
    post(desk, held, "strike-medicine", {**typed, **struck})

    page = desk.get(address_of(held)).content.decode()
    assert keys(held) == before
    assert "<s>morphine 10 mg</s> Struck out: It was read on another patient&#x27;s paper." in page
    assert reviews.signatures_on(held, Sheet(held, typed).work) == {}
    assert "Strike out a medicine" not in page
    assert Entry.objects.filter(action="medicine.strike").count() == 1
    prescriptions.release(held, by=pharmacist)
    approve_reviewed(held, medicine, by=pharmacist)
    frozen = Decision.objects.get().frozen
    (kept,) = frozen["added_medicines"]
    assert kept["medicine"] == "morphine 10 mg"
    assert kept["struck"].startswith(f"Struck out: {WHY}. Nia Okafor, Test register 12345")
    assert "morphine" not in frozen["interactions"][0]["input"]["medicines"]
    (own,) = data_of(held.user)["prescriptions"]
    assert own["medicines_added"][0]["struck_out_at"]


def test_one_of_two_is_struck_out(held: Prescription, pharmacist: User) -> None:
    added.add(held, by=pharmacist, heard=MORPHINE)
    row = added.add(held, by=pharmacist, heard=Heard("diazepam", "paper", "page 2"))

    added.strike(held, by=pharmacist, which=str(row.uuid), why=WHY)

    assert [each.content["medicine"] for each in added.counting(held)] == ["morphine 10 mg"]
    assert "opioid-baclofen" in keys(held)


@pytest.mark.parametrize(
    ("which", "why", "words"),
    [
        ("", WHY, "Choose one that is not struck out."),
        ("its own", "x", "Write why it is struck out."),
        ("another's", WHY, "not one of the available choices"),
    ],
)
def test_it_needs_a_reason_and_one_that_counts(
    which: str, why: str, words: str, desk: Client, held: Prescription, pharmacist: User
) -> None:
    row = added.add(held, by=pharmacist, heard=MORPHINE)
    chosen = str(row.uuid) if which == "its own" else which

    typed = {"strike-which": chosen, "strike-why": why}
    page = post(desk, held, "strike-medicine", typed).content.decode()

    assert words in page
    assert added.counting(held).count() == 1


def test_nothing_is_struck_out_twice_nor_by_another(
    held: Prescription, pharmacist: User, second_pharmacist: User
) -> None:
    row = added.add(held, by=pharmacist, heard=MORPHINE)
    with pytest.raises(HeldByAnother):
        added.strike(held, by=second_pharmacist, which=str(row.uuid), why=WHY)
    added.strike(held, by=pharmacist, which=str(row.uuid), why=WHY)

    with pytest.raises(NotReady):
        added.strike(held, by=pharmacist, which=str(row.uuid), why=WHY)
