"""Queries to the prescriber, and the blocks that only the prescriber lifts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from shop.review import services as reviews
from shop.review.forms.sheet import Sheet
from shop.review.models import Check, CheckKind, PrescriberQuery
from shop.review.rules.outcomes import NOT_SUPPLIED, SEEN
from shop.review.services import NotReady
from shop.review.work import AlertAnswer
from tests.conftest import mg
from tests.review.desk import (
    WORDS,
    address_of,
    complete,
    post,
    transcription,
)

TODAY = timezone.localdate


def status_of(prescription: Prescription) -> str:
    return Prescription.objects.get(pk=prescription.pk).status


def query_on(rule: str, **changes: str) -> dict[str, str]:
    return {
        "q-who": "Dr M. Sample",
        "q-channel": "phone",
        "q-number": "01 345 6789, register",
        "q-question": "Does she take 25 mg tablets already?",
        "q-answer": "Yes, for a year.",
        "q-about": rule,
        "q-is_confirmed": "on",
        **changes,
    }


def twenty_five(held: Prescription, medicine: Product) -> dict[str, str]:
    """The first supply as 25 mg tablets."""
    held.requested_packs.update(strength=mg(25))
    held.answers_json = held.answers.but(taking="new").as_json()
    held.save(update_fields=("answers_json",))
    allowed = f"m{medicine.pk}"
    moved = {
        f"i{medicine.pk}-10mg-{name}": ""
        for name in ("quantity", "units_a_day", "repeats", "directions")
    }
    empty = {
        f"{allowed}-10mg-{name}": "" for name in ("units_per_supply", "supplies", "directions")
    }
    read = transcription(medicine, strength=25)
    full = {
        f"{allowed}-25mg-units_per_supply": "60",
        f"{allowed}-25mg-supplies": "1",
        f"{allowed}-25mg-directions": "One tablet three times a day",
    }
    return complete(held, medicine, **{**read, **moved, **empty, **full})


def test_a_block_is_lifted_by_the_prescriber_and_by_nothing_else(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = twenty_five(held, medicine)

    response = post(desk, held, "sign-clinical", typed)
    assert "Record the query to the prescriber" in response.content.decode()
    assert not Check.objects.exists()

    for about in ("first-strength-baclofen", "start-dose-too-high-baclofen"):
        post(desk, held, "query", {**typed, **query_on(about)})
    for do in ("sign-clinical", "sign-legal", "record"):
        post(desk, held, do, typed)

    assert status_of(held) == Status.APPROVED
    assert {each.registration for each in PrescriberQuery.objects.all()} == {"Test register 12345"}


@pytest.mark.parametrize("outcome", ["seen", "accepted"])
def test_a_block_cannot_be_waved_through(
    outcome: str, desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = twenty_five(held, medicine)
    alerts = Sheet(held, typed).alerts
    block = next(form for form in alerts if form.alert.rule == "first-strength")

    post(desk, held, "sign-clinical", {**typed, block.add_prefix("outcome"): outcome})

    assert not Check.objects.exists()


@pytest.mark.parametrize("outcome", [SEEN, "accepted", NOT_SUPPLIED])
def test_nor_past_the_page(
    outcome: str, held: Prescription, medicine: Product, pharmacist: User
) -> None:
    work = Sheet(held, twenty_five(held, medicine)).work
    (block,) = [alert for alert in work.alerts if alert.rule == "first-strength"]
    waved = {**work.answers, block.key: AlertAnswer(outcome, WORDS)}

    with pytest.raises(NotReady, match="Only the prescriber's confirmation lifts this"):
        reviews.sign(
            held, by=pharmacist, kind=CheckKind.CLINICAL, work=replace(work, answers=waved)
        )


def test_a_confirmation_of_something_else_lifts_nothing(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = twenty_five(held, medicine)
    post(desk, held, "query", {**typed, **query_on("epilepsy-unknown-baclofen")})

    post(desk, held, "sign-clinical", typed)

    assert PrescriberQuery.objects.count() == 1
    assert not Check.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"q-who": ""}, "Enter whom you asked."),
        ({"q-channel": ""}, "Choose how you asked."),
        ({"q-number": ""}, "Enter the number or address"),
        ({"q-question": ""}, "Enter what you asked."),
        ({"q-answer": ""}, "Enter what was answered."),
        ({"q-about": ""}, "Choose which alert was confirmed."),
        ({"q-about": "nonsense"}, "not one of the available choices"),
    ],
)
def test_a_query_is_whole(
    changes: dict[str, str], words: str, desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = {**complete(held, medicine), **query_on("epilepsy-unknown-baclofen"), **changes}

    response = post(desk, held, "query", typed)

    assert words in response.content.decode()
    assert not PrescriberQuery.objects.exists()


def test_several_queries_are_kept_and_shown(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    for answer in ("", "Yes, three a day."):
        asked = query_on("", **{"q-answer": answer, "q-is_confirmed": ""})
        post(desk, held, "query", {**complete(held, medicine), **asked})

    page = desk.get(address_of(held)).content.decode()
    assert "None yet" in page
    assert "Yes, three a day." in page
