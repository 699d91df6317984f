"""What a pharmacist signs needs a code that is not older than half an hour."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Medicine, Product, Signature
from shop.accounts import roles
from shop.accounts.models import User
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from tests.authenticator import code_now, let_proof_age
from tests.conftest import signed_in
from tests.review.desk import address_of, complete, post

WRONG = "000000"
ASKS = 'name="proof-code"'


@pytest.fixture(autouse=True)
def counted_anew(db: None) -> None:
    """The limits, and the codes that were used, are in the cache."""
    call_command("createcachetable", verbosity=0)
    cache.clear()


@pytest.fixture
def old(desk: Client) -> Client:
    """A pharmacist whose last code is just too old."""
    return let_proof_age(desk, minutes=30)


@pytest.fixture
def ready(held: Prescription, desk: Client, medicine: Product) -> dict[str, Any]:
    """Everything a decision needs, signed."""
    typed = complete(held, medicine)
    post(desk, held, "sign-legal", typed)
    post(desk, held, "sign-clinical", typed)
    return typed


def status_of(prescription: Prescription) -> str:
    return Prescription.objects.get(pk=prescription.pk).status


def test_with_a_fresh_code_nothing_is_asked(
    desk: Client, held: Prescription, ready: dict[str, Any]
) -> None:
    let_proof_age(desk, minutes=29)
    assert ASKS not in desk.get(address_of(held)).content.decode()

    post(desk, held, "record", ready)

    assert status_of(held) == Status.APPROVED


@pytest.mark.parametrize("code", ["", WRONG])
def test_no_decision_without_a_right_code_and_nothing_typed_is_lost(
    code: str, old: Client, held: Prescription, ready: dict[str, Any]
) -> None:
    typed = {**ready, "proof-code": code, "message": "Take care"}

    page = post(old, held, "record", typed).content.decode()

    assert status_of(held) == Status.IN_REVIEW
    assert ASKS in page
    assert "Take care" in page
    assert 'href="#id_proof-code"' in page


def test_with_the_code_the_decision_is_recorded(
    old: Client, held: Prescription, ready: dict[str, Any]
) -> None:
    assert ASKS in old.get(address_of(held)).content.decode()

    post(old, held, "record", {**ready, "proof-code": code_now()})

    assert status_of(held) == Status.APPROVED


def test_a_right_code_is_not_asked_for_again_when_something_else_is_missing(
    old: Client, held: Prescription, ready: dict[str, Any]
) -> None:
    unfinished = {**ready, "decision": "", "proof-code": code_now()}
    assert ASKS not in post(old, held, "record", unfinished).content.decode()

    post(old, held, "record", ready)

    assert status_of(held) == Status.APPROVED


def test_saving_takes_no_code(old: Client, held: Prescription, ready: dict[str, Any]) -> None:
    assert post(old, held, "save", ready).status_code == 302


def test_an_approval_is_not_withdrawn_without_one(old: Client, reviewed: Prescription) -> None:
    data = {"version": reviewed.version, "message": "Do not take any more, call us"}
    url = address_of(reviewed, "withdraw")

    page = old.post(url, data).content.decode()
    assert "Do not take any more, call us" in page
    assert status_of(reviewed) == Status.APPROVED

    old.post(url, {**data, "proof-code": code_now()})
    assert status_of(reviewed) == Status.WITHDRAWN


def test_content_is_not_signed_without_one(pharmacist: User, medicine: Product) -> None:
    roles.create_groups()
    pharmacist.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))
    baclofen = Medicine.objects.get(product=medicine)
    signed = Signature.objects.get()
    call_command("load_medicines", "baclofen", verbosity=0)
    baclofen.refresh_from_db()
    url = reverse("admin:content-sign", args=[baclofen.version_id])
    data = {"review_by": str(timezone.localdate() + datetime.timedelta(days=300)), "has_read": "on"}
    client = let_proof_age(signed_in(pharmacist), minutes=30)

    assert ASKS in client.post(url, data).content.decode()
    assert Signature.objects.get() == signed

    client.post(url, {**data, "proof-code": code_now()})
    assert Signature.objects.exists()
