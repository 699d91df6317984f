"""What was typed and not sent: kept on the way, restored, thrown away, sent once."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescription_pages import drafts
from shop.prescriptions.models import Document, Prescription
from shop.prescriptions.statuses import Status
from tests.checkout.test_steps import file_of
from tests.checkout.walking import ANSWERS
from tests.conftest import basket_with, pack_of, signed_in
from tests.prescriptions import samples
from tests.settling.test_races import at_once

SAVE = "/prescriptions/draft/"
STEP = "/checkout/prescription/"


@pytest.fixture
def client(customer: User, medicine: Product) -> Client:
    cache.clear()
    basket_with(customer, pack_of(medicine, 10, 60))
    return signed_in(customer)


def draft() -> Prescription:
    return Prescription.objects.get(status=Status.DRAFT)


def value_of(page: HttpResponse, name: str) -> object:
    return page.context["form"][name].value()


def test_what_was_typed_comes_back(client: Client) -> None:
    response = client.post(SAVE, {"patient_name": "Rob", "date_of_birth_day": "31"})

    page = client.get(STEP)

    assert response.status_code == 204
    assert value_of(page, "patient_name") == "Rob"
    assert 'name="date_of_birth_day" value="31"' in page.content.decode()


def test_a_form_with_errors_is_kept_too(client: Client) -> None:
    client.post(STEP, {**ANSWERS, "date_of_birth_month": "13", "consent": "on"})

    page = client.get(STEP)

    assert value_of(page, "patient_name") == "Robin Example"
    assert 'name="date_of_birth_month" value="13"' in page.content.decode()


def test_only_this_page_may_show_pictures_made_in_the_browser(client: Client) -> None:
    def pictures_from(path: str) -> str:
        policy = client.get(path)["Content-Security-Policy"].split("; ")
        return next(rule for rule in policy if rule.startswith("img-src"))

    assert "blob:" in pictures_from(STEP)
    assert "'self'" in pictures_from(STEP)
    assert "blob:" not in pictures_from("/basket/")


def test_consent_is_asked_anew(client: Client) -> None:
    client.post(SAVE, {**ANSWERS, "consent": "on"})

    assert not value_of(client.get(STEP), "consent")


def test_nothing_but_the_forms_fields_is_kept(client: Client) -> None:
    client.post(SAVE, {"patient_name": "Rob", "status": "approved", "card": "4242"})

    assert {"status", "card", "documents"}.isdisjoint(draft().typed)


def test_somebody_elses_draft_stays_as_it_is(client: Client, other_customer: User) -> None:
    client.post(SAVE, {"patient_name": "Rob"})
    stranger = signed_in(other_customer)

    stranger.post(SAVE, {"patient_name": "Eve", "draft": draft().reference})

    mine, theirs = Prescription.objects.order_by("pk")
    assert mine.typed["patient_name"] == "Rob"
    assert (theirs.user, theirs.typed["patient_name"]) == (other_customer, "Eve")


def test_a_page_of_another_site_cannot_write_it(customer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(customer)

    assert client.post(SAVE, {"patient_name": "Rob"}).status_code == 403
    assert not Prescription.objects.exists()


def test_more_than_a_form_holds_is_refused(client: Client) -> None:
    response = client.post(SAVE, {"other_medicines": "x" * (drafts.MAX_DRAFT_BYTES + 1)})

    assert response.status_code == 413
    assert not Prescription.objects.exists()


def test_a_file_sent_along_is_not_kept(client: Client) -> None:
    client.post(SAVE, {"patient_name": "Rob", "documents": SimpleUploadedFile("a.jpg", b"x")})

    assert draft().typed["patient_name"] == "Rob"
    assert not Document.objects.exists()


def test_too_many_saves_a_minute_are_refused(client: Client) -> None:
    answers = [client.post(SAVE, {"patient_name": str(number)}).status_code for number in range(31)]

    assert answers == [204] * 30 + [429]


def test_whoever_types_for_long_is_saved_to_the_end(client: Client) -> None:
    answers = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(60):
            answers.append(client.post(SAVE, {"patient_name": str(number)}).status_code)
            clock.shift(4)

    assert set(answers) == {204}
    assert draft().typed["patient_name"] == "59"


def test_a_save_that_arrives_after_sending_begins_nothing(client: Client) -> None:
    client.get(STEP)
    reference = draft().reference
    client.post(STEP, {**ANSWERS, "draft": reference, "documents": file_of(samples.jpeg())})

    response = client.post(SAVE, {"patient_name": "Rob", "draft": reference})

    assert response.status_code == 409
    assert Prescription.objects.get().status == Status.SUBMITTED


def test_a_draft_is_thrown_away(client: Client) -> None:
    client.post(SAVE, {"patient_name": "Rob"})

    client.post(reverse("prescriptions:discard-draft"))

    assert not Prescription.objects.exists()
    assert not value_of(client.get(STEP), "patient_name")


def test_throwing_away_leaves_what_was_sent_and_what_is_anothers(
    client: Client, prescription: Prescription, other_customer: User
) -> None:
    signed_in(other_customer).post(SAVE, {"patient_name": "Eve"})

    client.post(reverse("prescriptions:discard-draft"))

    assert Prescription.objects.filter(pk=prescription.pk).exists()
    assert draft().user == other_customer


def test_sending_the_same_draft_again_lands_on_the_same_prescription(
    client: Client, customer: User, medicine: Product
) -> None:
    client.get(STEP)
    form = {**ANSWERS, "draft": draft().reference}
    first = client.post(STEP, {**form, "documents": file_of(samples.jpeg())})
    # Another cart, so that only the draft tells that this was sent.
    customer.baskets.all().delete()
    basket_with(customer, pack_of(medicine, 10, 30))

    again = client.post(STEP, {**form, "documents": file_of(samples.jpeg())})

    assert again["Location"] == first["Location"]
    assert Prescription.objects.of(customer).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_sends_one_prescription(customer: User, medicine: Product) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))
    clients = [signed_in(customer) for _ in range(3)]
    clients[0].get(STEP)
    form = {**ANSWERS, "draft": draft().reference}

    def click(client: Client) -> Callable[[], str]:
        data = {**form, "documents": file_of(samples.jpeg())}
        return lambda: client.post(STEP, data)["Location"]

    places = at_once(*(click(client) for client in clients))

    sent = Prescription.objects.get()
    assert places == [reverse("prescriptions:detail", args=[sent.reference])] * 3
    assert sent.events.count() == 1
    assert Document.objects.count() == 1


def test_a_draft_is_deleted_when_nobody_touched_it_for_long(
    client: Client, prescription: Prescription, other_customer: User, settings: Any
) -> None:
    settings.DRAFT_DAYS = 30
    client.post(SAVE, {"patient_name": "Rob"})
    signed_in(other_customer).post(SAVE, {"patient_name": "Eve"})
    long_ago = timezone.now() - datetime.timedelta(days=31)
    Prescription.objects.exclude(user=other_customer).update(submitted_at=long_ago)

    call_command("delete_drafts", stdout=io.StringIO())

    assert draft().user == other_customer
    assert Prescription.objects.filter(pk=prescription.pk).exists()


def test_typing_on_keeps_a_draft(client: Client, settings: Any) -> None:
    settings.DRAFT_DAYS = 30
    client.post(SAVE, {"patient_name": "Rob"})
    Prescription.objects.update(submitted_at=timezone.now() - datetime.timedelta(days=31))
    client.post(SAVE, {"patient_name": "Robin"})

    call_command("delete_drafts", stdout=io.StringIO())

    assert draft().typed["patient_name"] == "Robin"


def test_a_draft_that_cannot_be_opened_stops_nobody(
    client: Client, customer: User, caplog: pytest.LogCaptureFixture
) -> None:
    client.post(SAVE, {"patient_name": "Rob"})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE prescriptions_prescription SET typed = %s WHERE user_id = %s",
            [b"sealed with a key that is gone", customer.pk],
        )

    pages = [client.get(STEP), client.get(reverse("prescriptions:list"))]
    client.post(SAVE, {"patient_name": "Robin"})

    assert [page.status_code for page in pages] == [200, 200]
    assert not value_of(pages[0], "patient_name")
    assert "cannot be opened" in caplog.text
    assert draft().typed["patient_name"] == "Robin"
