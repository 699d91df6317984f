"""What is typed at the prescription step is kept in the account until it is sent or forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from tests.conftest import basket_with, pack_of, send_prescription, signed_in

STEP = "/checkout/prescription/"
DRAFT = "/checkout/prescription/draft/"
TYPED = {"patient_name": "Planted Patient", "date_of_birth_day": "14", "kidney_problems": "unsure"}


@pytest.fixture
def client(customer: User, medicine: Product) -> Client:
    """Signed in, with a medicine in the basket."""
    basket_with(customer, pack_of(medicine, 10, 60))
    return signed_in(customer)


def shown(client: Client) -> dict[str, Any]:
    form = client.get(STEP).context["form"]
    return {name: form[name].value() for name in ("patient_name", "date_of_birth", "consent")}


def test_what_was_typed_is_shown_again_half_a_date_included(client: Client) -> None:
    answer = client.post(DRAFT, TYPED)

    assert answer.status_code == 204
    assert shown(client)["patient_name"] == "Planted Patient"
    assert shown(client)["date_of_birth"] == ["14", None, None]
    assert "We kept the answers" in client.get(STEP).text


def test_consent_is_given_anew(client: Client) -> None:
    client.post(DRAFT, {**TYPED, "consent": "on"})

    assert shown(client)["consent"] is None
    assert "consent" not in Prescription.objects.get().typed


def test_only_answers_to_our_questions_are_kept_and_no_novel(client: Client) -> None:
    client.post(DRAFT, {**TYPED, "other": "x", "other_medicines": "x" * 100_000})

    typed = Prescription.objects.get().typed
    assert set(typed) == {*TYPED, "other_medicines"}
    assert len(typed["other_medicines"]) == 5_000


def test_an_empty_form_makes_no_draft(client: Client) -> None:
    client.post(DRAFT, {"patient_name": "", "csrfmiddlewaretoken": "x"})

    assert not Prescription.objects.exists()


def test_a_mistake_in_the_form_loses_no_answer_without_javascript(client: Client) -> None:
    client.post(STEP, TYPED)

    assert shown(client)["patient_name"] == "Planted Patient"


def test_answers_can_be_forgotten(client: Client) -> None:
    client.post(DRAFT, TYPED)

    answer = client.post(DRAFT, {"forget": "yes"})

    assert answer.url == STEP
    assert shown(client)["patient_name"] is None
    assert "We kept the answers" not in client.get(STEP).text


def test_nobody_else_sees_it(client: Client, other_customer: User, medicine: Product) -> None:
    client.post(DRAFT, TYPED)
    basket_with(other_customer, pack_of(medicine, 10, 60))

    assert shown(signed_in(other_customer))["patient_name"] is None


def test_nothing_of_it_can_be_read_in_the_database(client: Client) -> None:
    client.post(DRAFT, TYPED)

    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM prescriptions_prescription")
        assert b"Planted" not in bytes(cursor.fetchone()[0])


def test_what_was_sent_is_no_draft_any_more(
    client: Client, customer: User, medicine: Product
) -> None:
    client.post(DRAFT, TYPED)

    send_prescription(customer, medicine)

    sent = Prescription.objects.get()
    assert (sent.status, sent.typed) == (Status.SUBMITTED, None)


def test_a_draft_that_cannot_be_opened_stops_nobody(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client.post(DRAFT, TYPED)
    settings.DOCUMENT_KEYS = {"other": b"9" * 32}

    assert shown(client)["patient_name"] is None
    assert "cannot be opened" in caplog.text


def test_a_stranger_must_sign_in_and_a_forged_form_is_refused(customer: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(customer)

    assert Client().post(DRAFT, TYPED).status_code == 302
    assert strict.post(DRAFT, TYPED).status_code == 403
    assert not Prescription.objects.exists()


def test_only_this_page_may_show_pictures_made_in_the_browser(client: Client) -> None:
    def pictures_from(path: str) -> str:
        policy = client.get(path)["Content-Security-Policy"].split("; ")
        return next(rule for rule in policy if rule.startswith("img-src"))

    assert "blob:" in pictures_from(STEP)
    assert "'self'" in pictures_from(STEP)
    assert "blob:" not in pictures_from("/basket/")
