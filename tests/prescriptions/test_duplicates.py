"""The pharmacist is told when a file, or what is written on it, was seen before; nobody is refused."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions import duplicates, opening
from shop.prescriptions.duplicates import Kind, flags_of, flags_of_many
from shop.prescriptions.models import Prescription
from shop.vault.models import FingerprintKey, fingerprint
from tests.conftest import approve, send_prescription, signed_in

WRITTEN = {
    "patient_name": "Robin Example",
    "date_of_birth": datetime.date(1968, 3, 14),
    "prescriber": "Dr M. Sample",
    "issued_on": datetime.date(2026, 3, 2),
}


def kinds(prescription: Prescription) -> list[str]:
    return [flag.kind for flag in flags_of(prescription)]


def test_a_prescription_seen_for_the_first_time_has_no_flag(prescription: Prescription) -> None:
    assert flags_of(prescription) == []


def test_the_same_file_of_one_account_is_flagged_on_both(
    customer: User, medicine: Product, prescription: Prescription
) -> None:
    again = send_prescription(customer, medicine)

    [flag] = flags_of(again)
    assert (flag.kind, flag.other) == (Kind.SAME_FILE_THIS_ACCOUNT, prescription)
    assert kinds(prescription) == [Kind.SAME_FILE_THIS_ACCOUNT]


def test_the_same_file_of_another_account_is_flagged(
    other_customer: User, medicine: Product, prescription: Prescription
) -> None:
    again = send_prescription(other_customer, medicine)

    assert kinds(again) == [Kind.SAME_FILE_OTHER_ACCOUNT]


def test_a_file_sent_twice_in_one_form_is_no_flag(prescription: Prescription) -> None:
    sent = prescription.documents.get()
    prescription.documents.create(sha256=sent.sha256, size=sent.size, sealed_name="other")

    assert flags_of(prescription) == []


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"patient_name": "EXAMPLE, Robin"},
        {"prescriber": "m sample"},
        {"prescriber": "Doctor  M. SAMPLE"},
    ],
)
def test_the_same_prescription_written_a_little_differently_is_flagged(
    other_customer: User, medicine: Product, prescription: Prescription, change: dict[str, Any]
) -> None:
    other = send_prescription(other_customer, medicine)
    other.documents.update(sha256="another")

    duplicates.remember(prescription, **WRITTEN)
    duplicates.remember(other, **{**WRITTEN, **change})

    assert kinds(other) == [Kind.SAME_PRESCRIPTION_DATA]
    assert flags_of(other)[0].other == prescription


@pytest.mark.parametrize(
    "change",
    [
        {"patient_name": "Robin Sample"},
        {"date_of_birth": datetime.date(1968, 3, 15)},
        {"prescriber": "Dr N. Sample"},
        {"issued_on": datetime.date(2026, 3, 3)},
    ],
)
def test_another_prescription_is_not_flagged(
    other_customer: User, medicine: Product, prescription: Prescription, change: dict[str, Any]
) -> None:
    other = send_prescription(other_customer, medicine)
    other.documents.update(sha256="another")

    duplicates.remember(prescription, **WRITTEN)
    duplicates.remember(other, **{**WRITTEN, **change})

    assert flags_of(other) == []


def test_what_was_approved_is_known_again(
    customer: User, other_customer: User, pharmacist: User, medicine: Product
) -> None:
    first, second = (
        send_prescription(customer, medicine),
        send_prescription(other_customer, medicine),
    )
    second.documents.update(sha256="another")

    approve(first, medicine, by=pharmacist)
    approve(second, medicine, by=pharmacist)

    assert kinds(second) == [Kind.SAME_PRESCRIPTION_DATA]


def test_a_fingerprint_says_nothing_without_the_keys(prescription: Prescription) -> None:
    duplicates.remember(prescription, **WRITTEN)
    first = prescription.fingerprint
    FingerprintKey.objects.all().delete()

    duplicates.remember(prescription, **WRITTEN)

    assert len(first) == 64
    assert prescription.fingerprint != first


def test_fingerprints_outlive_a_new_key_of_the_shop(db: None, settings: Any) -> None:
    before = fingerprint("text", purpose="test")

    settings.DOCUMENT_KEYS = {"new": b"2" * 32} | settings.DOCUMENT_KEYS

    assert fingerprint("text", purpose="test") == before
    assert fingerprint("text", purpose="other") != before


def test_a_page_of_the_queue_costs_the_same_for_many(
    customer: User, medicine: Product, prescription: Prescription
) -> None:
    many = [prescription, *(send_prescription(customer, medicine) for _ in range(4))]
    for row in many:
        duplicates.remember(row, **WRITTEN)

    with CaptureQueriesContext(connection) as queries:
        flags = flags_of_many(many)

    assert len(queries) == 3
    assert {len(found) for found in flags.values()} == {8}


def test_the_pharmacist_sees_what_was_seen_before_and_may_still_approve(
    other_customer: User, pharmacist: User, medicine: Product, prescription: Prescription
) -> None:
    again = send_prescription(other_customer, medicine)

    page = signed_in(pharmacist).get(f"/admin/prescriptions/prescription/{again.reference}/")

    assert "Another account sent the same file" in page.text
    assert prescription.reference in page.text
    assert "Not scanned for malware" not in page.text
    approve(again, medicine, by=pharmacist)


def test_the_pharmacist_sees_that_a_file_was_not_scanned(
    pharmacist: User, prescription: Prescription
) -> None:
    prescription.documents.update(scan="unscanned")

    page = signed_in(pharmacist).get(f"/admin/prescriptions/prescription/{prescription.reference}/")

    assert "Not scanned for malware" in page.text


def test_a_page_that_got_a_new_name_meanwhile_is_still_opened(
    customer: User, prescription: Prescription
) -> None:
    page = prescription.documents.get().pages.get()
    held = type(page).objects.get(pk=page.pk)
    page.sealed_name = opening.vault.store(b"a picture", context=page.context)
    page.save()
    opening.vault.discard(held.sealed_name)

    assert opening.open_page_as_owner(held, by=customer) == b"a picture"
