"""A prescription is found by what people say on the telephone, and the database says nothing of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest
from django.apps import apps

from catalogue.models import Product
from shop.accounts.models import User
from shop.closing import services as closing
from shop.prescriptions import services
from shop.prescriptions.finding import matching
from shop.prescriptions.models import Prescription, SearchWord
from shop.vault.fields import Sealed
from tests.conftest import add_patient, patient_answers, send_prescription

NAME = "Zoë Müller-Archer"
PHONE = "+61 8 5550 0142"


@pytest.fixture
def sent(customer: User, medicine: Product) -> Prescription:
    patient = add_patient(customer, patient_name=NAME, phone=PHONE)
    return send_prescription(customer, medicine, patient=patient)


def found(text: str) -> list[Prescription]:
    return list(Prescription.objects.filter(matching(text)).distinct())


@pytest.mark.parametrize(
    "text",
    [
        "Zoë Müller",
        "zoe mueller",
        "MULLER",
        "zOE mUELLER",
        "Archer, Zoe",
        "08 5550 0142",
        "+61855500142",
        "anna@example.com",
        "anna@",
    ],
)
def test_it_is_found_by_what_people_say(text: str, sent: Prescription) -> None:
    assert found(text) == [sent]


def test_it_is_found_by_its_reference_however_it_is_read_out(sent: Prescription) -> None:
    signs = sent.reference.lower()

    assert found(f"{signs[:4]}-{signs[4:8]} {signs[8:]}") == [sent]
    assert found(signs[:5]) == [sent]


@pytest.mark.parametrize("text", ["Zoe Archers", "Zoe Meier", "0142", "85550 0143", "", "uma@"])
def test_it_is_not_found_by_anything_else(text: str, sent: Prescription) -> None:
    assert found(text) == []


def test_the_database_holds_no_word_of_it(sent: Prescription) -> None:
    kept = " ".join(SearchWord.objects.values_list("word", flat=True))

    assert len(kept.split()) >= 5
    assert all(word not in kept.casefold() for word in ("zo", "müller", "muller", "5550"))


def test_it_is_found_by_its_newest_answers_alone(sent: Prescription, customer: User) -> None:
    newer = patient_answers(patient_name="Zoë Weiss", phone=PHONE)

    services.renew_answers(sent, newer, by=customer)

    assert found("Weiss") == [sent]
    assert found("Müller") == []


def closes(customer: User, _sent: Prescription) -> None:
    closing.close(customer)


def removes_the_patient(customer: User, sent: Prescription) -> None:
    assert closing.remove_patient(sent.patient, by=customer)


@pytest.mark.parametrize("leave", [closes, removes_the_patient])
def test_what_is_erased_is_found_no_more(
    leave: Callable[[User, Prescription], None], sent: Prescription, customer: User
) -> None:
    services.cancel(sent, by=customer)

    leave(customer, sent)

    assert found("Müller") == []
    assert not SearchWord.objects.exists()


@pytest.mark.parametrize(
    ("name", "text", "other"),
    [
        ("राम शर्मा", "शर्मा", "रीमा"),
        ("สมชาย ใจดี", "สมชาย", "สมชัย"),
        ("Αθηνά Παπαδοπούλου", "ΑΘΗΝΑ Παπαδοπουλου", "Αθήνας"),
        ("Семён Ёлкин", "семен елкин", "Ёлкина"),
        ("王 小明", "小明", "王小"),
        ("Łukasz O’Neill", "lukasz oneill", "Lukas"),
        ("محمد علي", "علي", "عالي"),
    ],
    ids=["Devanagari", "Thai", "Greek", "Cyrillic", "Chinese", "Polish", "Arabic"],
)
def test_a_name_in_any_script_is_found_by_its_words_and_no_other(
    name: str, text: str, other: str, customer: User, medicine: Product
) -> None:
    answers = patient_answers(patient_name=name)
    sent = send_prescription(customer, medicine, answers=answers)

    assert found(text) == [sent]
    assert found(other) == []


def test_those_sent_before_there_was_a_search_are_found(
    sent: Prescription, customer: User, medicine: Product
) -> None:
    lost = send_prescription(customer, medicine)
    damaged = b"\x01" + bytes(60)
    Prescription.objects.filter(pk=lost.pk).update(answers_json=Sealed(damaged))
    SearchWord.objects.all().delete()
    migration = importlib.import_module("shop.prescriptions.migrations.0007_search_words")

    migration.index_all(apps, None)

    assert found("Müller") == [sent]
    assert found(PHONE) == [sent]
    assert not SearchWord.objects.filter(prescription=lost).exists()
