"""What a pharmacist types at the desk, for the tests."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Medicine, Product
from shop.accounts.models import User
from shop.prescriptions import services
from shop.prescriptions.models import Page, Prescription
from shop.review import services as reviews
from shop.review.checklist import CLINICAL
from shop.review.forms.sheet import Sheet
from shop.review.models import CheckKind
from shop.review.rules.alert import Lifter
from shop.review.rules.outcomes import fitting
from shop.review.services import Asked
from tests.conftest import mg
from tests.quick.worlds import kept

Typed = dict[str, Any]


def address_of(prescription: Prescription, name: str = "review") -> str:
    return reverse(f"admin:prescription-{name}", args=[prescription.reference])


def page_address(prescription: Prescription) -> str:
    page = Page.objects.get(document__prescription=prescription)
    return reverse("admin:prescription-page", args=[prescription.reference, page.uuid])


@kept
def name_medicine(medicine: Product) -> None:
    """Give the medicine of the tests the name that the profiles know."""
    Medicine.objects.get_or_create(
        slug="baclofen", defaults={"name": "Baclofen", "product": medicine}
    )


def transcription(medicine: Product, *, strength: int = 10, **changes: Any) -> Typed:
    """The prescription as it is read: one tablet of 10 mg three times a day, 60 tablets, one repeat."""
    item = f"i{medicine.pk}-{mg(strength).slug}"
    return {
        "patient_name": "Robin Example",
        "date_of_birth": "1968-03-14",
        "address": "4 Placeholder Lane",
        "prescriber": "Dr M. Sample",
        "prescriber_kind": "doctor",
        "prescriber_number": "48213",
        "prescriber_address": "12 Example Street",
        "issued_on": str(timezone.localdate() - datetime.timedelta(days=3)),
        "medicine": "Baclofen",
        "form": "tablets",
        "signed": "ink",
        "indelible": "yes",
        f"{item}-quantity": "60",
        f"{item}-units_a_day": "3",
        f"{item}-repeats": "1",
        f"{item}-directions": "One tablet three times a day",
        "country": "AU",
        **changes,
    }


def checks() -> Typed:
    """Both checks as they are filled in when nothing is amiss."""
    return {
        "authenticity": "original_received",
        "proof_on": str(timezone.localdate()),
        "identity_method": "match",
        "identity_result": "yes",
        **{f"c_{point.name}": "yes" for point in CLINICAL},
    }


def decision(medicine: Product, *, strength: int = 10, **changes: Any) -> Typed:
    """An approval of what is prescribed."""
    allowed = f"m{medicine.pk}-{mg(strength).slug}"
    return {
        f"{allowed}-units_per_supply": "60",
        f"{allowed}-supplies": "2",
        f"{allowed}-directions": "One tablet three times a day",
        "valid_until": str(timezone.localdate() + datetime.timedelta(days=60)),
        "decision": "approve",
        "counselling": "given",
        "follow_up": "due",
        **changes,
    }


WORDS = "Spoke to her on the telephone; takes it with food and does not drive"


def answered(prescription: Prescription, typed: Typed) -> Typed:
    """The same, with every alert answered by a code that fits it."""
    sheet = Sheet(prescription, typed)
    answers: Typed = {"notes_seen": sheet.notes.key}
    for form in sheet.alerts:
        code = (
            "accepted"
            if form.alert.liftable_by == Lifter.PHARMACIST
            else fitting(form.alert)[0].code
        )
        answers[form.add_prefix("outcome")] = code
        answers[form.add_prefix("note")] = WORDS
    return {**typed, **answers}


def complete(prescription: Prescription, medicine: Product, /, **changes: Any) -> Typed:
    """Everything an approval needs, but the signatures."""
    typed = {**transcription(medicine), **checks(), **decision(medicine), **changes}
    return answered(prescription, typed)


def post(desk: Client, prescription: Prescription, do: str, typed: Typed) -> HttpResponse:
    prescription.refresh_from_db()
    data = {"version": str(prescription.version), **typed, "do": do}
    return desk.post(address_of(prescription), data)


def take(desk: Client, prescription: Prescription) -> HttpResponse:
    prescription.refresh_from_db()
    return desk.post(address_of(prescription, "claim"), {"version": prescription.version})


def approve_at_the_desk(
    desk: Client, prescription: Prescription, medicine: Product, /, **changes: Any
) -> HttpResponse:
    """Take it, fill everything in, sign both checks, and record the decision."""
    take(desk, prescription)
    typed = complete(prescription, medicine, **changes)
    post(desk, prescription, "sign-legal", typed)
    post(desk, prescription, "sign-clinical", typed)
    return post(desk, prescription, "record", typed)


@kept
def approve_reviewed(
    prescription: Prescription, medicine: Product, *, by: User, **changes: Any
) -> Prescription:
    """The same without pages, through the services."""
    services.claim(prescription, by=by)
    return decide_reviewed(prescription, medicine, by=by, **changes)


@kept
def decide_reviewed(
    prescription: Prescription, medicine: Product, *, by: User, **changes: Any
) -> Prescription:
    """Sign both checks of what one holds, and approve."""
    sheet = Sheet(prescription, complete(prescription, medicine, **changes))
    for kind in CheckKind:
        reviews.sign(prescription, by=by, kind=kind, work=sheet.work)
    for form in sheet.allowances:
        form.is_valid()
    reviews.approve(prescription, by=by, work=sheet.work, approval=sheet.approval())
    return prescription


def confirmation(about: str, **changes: Any) -> Asked:
    """The prescriber's word on an alert."""
    return Asked(
        **{
            "who": "Dr M. Sample",
            "channel": "phone",
            "number": "01 345 6789, from the register",
            "question": "Is this what you mean?",
            "answer": "Yes.",
            "about": about,
            "is_confirmed": True,
            **changes,
        }
    )
