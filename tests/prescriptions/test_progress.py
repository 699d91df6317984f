"""The owner's page at every status: what it says, and what may be done there."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescription_pages.progress import steps_of
from shop.prescriptions import sending, services
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import RefusalReason, Status
from tests.conftest import approve, signed_in


def in_review(prescription: Prescription, pharmacist: User, **_: Any) -> None:
    services.claim(prescription, by=pharmacist)


def question(prescription: Prescription, pharmacist: User, **_: Any) -> None:
    services.claim(prescription, by=pharmacist)
    services.ask(prescription, by=pharmacist, question="How many a day?")


def refused(prescription: Prescription, pharmacist: User, **_: Any) -> None:
    services.claim(prescription, by=pharmacist)
    reason = RefusalReason.NOT_SIGNED
    services.refuse(prescription, by=pharmacist, reason=reason, message="Sign it")


def approved(prescription: Prescription, pharmacist: User, medicine: Product) -> None:
    approve(prescription, medicine, by=pharmacist)


def withdrawn(prescription: Prescription, pharmacist: User, medicine: Product) -> None:
    approve(prescription, medicine, by=pharmacist)
    services.withdraw(prescription, by=pharmacist, message="Call us")


def used_up(prescription: Prescription, pharmacist: User, medicine: Product) -> None:
    approve(prescription, medicine, by=pharmacist)
    Authorisation.objects.update(units_supplied=60)
    services.use_up(prescription)


def expired(prescription: Prescription, pharmacist: User, medicine: Product) -> None:
    approve(prescription, medicine, by=pharmacist)
    services.expire(prescription)


def cancelled(prescription: Prescription, **_: Any) -> None:
    services.cancel(prescription, by=prescription.user)


def submitted(prescription: Prescription, **_: Any) -> None:
    """As it was sent."""


SAID: dict[Callable[..., None], tuple[str, list[str]]] = {
    submitted: ("waits for the next free pharmacist", ["done", "now", "todo", "todo"]),
    in_review: ("With the pharmacist since", ["done", "now", "todo", "todo"]),
    question: ("How many a day?", ["done", "now", "todo", "todo"]),
    approved: ("You can order now", ["done", "done", "now", "todo"]),
    refused: ("Sign it", ["done", "done"]),
    withdrawn: ("Call us", ["done", "done"]),
    used_up: ("All tablets on it were ordered", ["done", "done", "done"]),
    expired: ("can no longer be used", ["done", "done", "done"]),
    cancelled: ("Taken back by you", ["done", "done"]),
}


@pytest.mark.parametrize("bring", SAID, ids=lambda bring: bring.__name__)
def test_the_page_says_where_it_stands(
    bring: Callable[..., None], prescription: Prescription, pharmacist: User, medicine: Product
) -> None:
    bring(prescription=prescription, pharmacist=pharmacist, medicine=medicine)
    client = signed_in(prescription.user)

    page = client.get(reverse("prescriptions:detail", args=[prescription.reference]))

    words, marks = SAID[bring]
    assert words in page.content.decode()
    assert [step["status"] for step in steps_of(prescription)] == marks


def test_every_status_has_its_page(db: None) -> None:
    assert {bring.__name__ for bring in SAID} == set(Status.values) - {Status.DRAFT}


def test_the_pharmacist_who_reads_is_not_named_until_they_decide(
    prescription: Prescription, pharmacist: User
) -> None:
    services.claim(prescription, by=pharmacist)
    services.claim(prescription, by=pharmacist)
    client = signed_in(prescription.user)

    page = client.get(reverse("prescriptions:detail", args=[prescription.reference]))

    assert pharmacist.last_name not in page.content.decode()


def test_since_when_is_when_it_was_taken_and_not_when_it_was_held_longer(
    prescription: Prescription, pharmacist: User
) -> None:
    taken = timezone.now() - datetime.timedelta(days=3)
    with time_machine.travel(taken):
        services.claim(prescription, by=pharmacist)
    services.claim(prescription, by=pharmacist)

    review = steps_of(prescription)[1]

    assert date_format(taken, "j F Y, H:i") in review["text"]


def test_a_draft_waits_on_the_list(customer: User, medicine: Product) -> None:
    client = signed_in(customer)
    before = client.get(reverse("prescriptions:list")).content.decode()
    sending.save_draft(by=customer, typed={"patient": "new"})

    after = client.get(reverse("prescriptions:list")).content.decode()

    assert "You began to fill in" not in before
    assert "You began to fill in" in after
