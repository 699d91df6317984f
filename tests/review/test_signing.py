"""Signing the two checks: what has to be whole and answered first."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.models import Product
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from shop.review.forms.sheet import Sheet
from shop.review.models import Check, CheckKind, Decision
from tests.review.desk import WORDS, address_of, complete, post


def status_of(prescription: Prescription) -> str:
    return Prescription.objects.get(pk=prescription.pk).status


@pytest.mark.parametrize(
    ("field", "value", "check"),
    [
        ("prescriber", "Dr N. Other", "legal"),
        ("proof_on", "2026-01-01", "legal"),
        ("country", "US", "legal"),
        ("n_withdrawal", "With the doctor", "clinical"),
        ("prescriber", "Dr N. Other", "clinical"),
    ],
)
def test_a_change_after_signing_needs_a_new_signature(
    field: str, value: str, check: str, desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = complete(held, medicine)
    post(desk, held, "sign-legal", typed)
    post(desk, held, "sign-clinical", typed)

    response = post(desk, held, "record", {**typed, field: value})

    assert f"Sign the {check} check first." in response.content.decode()
    assert status_of(held) == Status.IN_REVIEW


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"authenticity": ""}, "Choose how you made sure"),
        ({"authenticity": "prescriber_confirmed"}, "Choose how you made sure"),
        ({"proof_on": ""}, "Enter when it was received"),
        ({"proof_on": "2999-01-01"}, "This day has not come yet."),
        ({"identity_method": ""}, "Choose how you checked who the patient is."),
        ({"identity_result": "no"}, "identity is confirmed"),
        ({"identity_result": ""}, "identity is confirmed"),
        ({"signed": "no"}, "This cannot be approved."),
        ({"issued_on": ""}, "This cannot be approved."),
        ({"issued_on": "2999-01-01"}, "This cannot be approved."),
        ({"issued_on": "2020-01-01"}, "This cannot be approved."),
        ({"country": ""}, "This cannot be approved."),
        ({"issued_on": "soon"}, "Enter a valid date."),
    ],
)
def test_the_legal_check_is_whole_before_it_is_signed(
    changes: dict[str, str], words: str, desk: Client, held: Prescription, medicine: Product
) -> None:
    response = post(desk, held, "sign-legal", complete(held, medicine, **changes))

    assert words in response.content.decode()
    assert not Check.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"c_withdrawal": ""}, "Answer this point."),
        ({"c_withdrawal": "no"}, "Write a note on this point."),
    ],
)
def test_the_checklist_is_whole_before_it_is_signed(
    changes: dict[str, str], words: str, desk: Client, held: Prescription, medicine: Product
) -> None:
    response = post(desk, held, "sign-clinical", complete(held, medicine, **changes))

    assert words in response.content.decode()
    assert not Check.objects.exists()


def test_an_adverse_point_with_a_note_is_signed(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = complete(held, medicine, c_withdrawal="no", n_withdrawal="Asked the doctor")

    post(desk, held, "sign-clinical", typed)

    assert Check.objects.get().kind == CheckKind.CLINICAL


@pytest.mark.parametrize(
    ("part", "typed_in", "words"),
    [
        ("outcome", "", "Answer this alert."),
        ("outcome", "told", "told is not one of the available choices"),
        ("note", "", "Write why it is supplied all the same."),
        ("note", "x", "Write why it is supplied all the same."),
        ("note", "seen, x", "Write why it is supplied all the same."),
    ],
)
def test_every_alert_is_answered_before_a_check_is_signed(
    part: str,
    typed_in: str,
    words: str,
    desk: Client,
    held: Prescription,
    medicine: Product,
) -> None:
    typed = complete(held, medicine)
    alerts = Sheet(held, typed).clinical_alerts
    epilepsy = next(form for form in alerts if form.alert.rule == "epilepsy-unknown")

    response = post(desk, held, "sign-clinical", {**typed, epilepsy.add_prefix(part): typed_in})

    assert words in response.content.decode()
    assert not Check.objects.exists()


def test_an_alert_on_the_paper_is_answered_before_the_legal_check(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    item = f"i{medicine.pk}-10mg"
    repeatable = {f"{item}-has_unnumbered_repeats": "on", f"{item}-repeats": ""}
    typed = complete(held, medicine, **repeatable)
    legal = [alert.rule for alert in Sheet(held, typed).work.of(CheckKind.LEGAL)]

    refused = post(desk, held, "sign-legal", {**typed, "notes_seen": ""})

    assert legal == ["repeats-without-number"]
    assert "Say that you have seen these." in refused.content.decode()
    assert not Check.objects.exists()
    post(desk, held, "sign-legal", typed)
    assert Check.objects.get().kind == CheckKind.LEGAL


def test_a_prescription_that_has_run_out_passes_no_legal_check(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = complete(held, medicine, issued_on="2020-01-02")

    refused = post(desk, held, "sign-legal", typed)

    assert "This cannot be approved. Refuse it, or ask." in refused.content.decode()
    assert not Check.objects.exists()


def test_a_delivery_that_comes_too_late_is_answered_before_the_approval(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    Prescription.objects.update(days_left=0)
    held.refresh_from_db()
    typed = complete(held, medicine)
    alerts = Sheet(held, typed).clinical_alerts
    late = next(form for form in alerts if form.alert.rule == "supply-gap")

    refused = post(desk, held, "sign-clinical", {**typed, late.add_prefix("outcome"): ""})
    post(desk, held, "sign-legal", typed)
    post(desk, held, "sign-clinical", typed)
    post(desk, held, "record", typed)

    assert "Answer this alert." in refused.content.decode()
    assert Check.objects.filter(kind=CheckKind.CLINICAL).count() == 1
    assert status_of(held) == Status.APPROVED
    frozen = Decision.objects.get().frozen
    ended_on = timezone.localdate() - datetime.timedelta(days=1)
    assert frozen["run_out"] == {"last_day": str(ended_on), "known_from": "said"}
    assert frozen["earliest_arrival"] > str(timezone.localdate())
    alert = next(each for each in frozen["alerts"] if each["rule"] == "supply-gap")
    assert "ORD-5" in alert["source"]
    assert alert["answer"] == {
        "outcome": "accepted",
        "label": "A concern; supplied because …",
        "note": WORDS,
        "file": "",
        "shown": "",
    }
    page = desk.get(address_of(held)).content.decode()
    assert "Alerts and their answers" in page
    assert WORDS in page


def test_notes_are_settled_with_one_press_and_open_again_when_there_are_more(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = complete(held, medicine)
    before = Sheet(held, typed)
    held.answers_json = held.answers.but(alcohol="sometimes").as_json()
    held.save(update_fields=("answers_json",))
    after = Sheet(held, typed)

    assert len(before.notes.alerts) > 1
    assert {before.work.answer_to(each).outcome for each in before.notes.alerts} == {"seen"}
    assert len(after.notes.alerts) == len(before.notes.alerts) + 1
    assert {after.work.answer_to(each).outcome for each in after.notes.alerts} == {""}
    post(desk, held, "sign-clinical", typed)
    assert not Check.objects.exists()
    post(desk, held, "sign-clinical", {**typed, "notes_seen": after.notes.key})
    assert Check.objects.exists()
