"""A customer closes the account: what goes at once, what stays, and what has to come first."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.address.models import UserAddress
from oscar.apps.basket.models import Line
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry as AuditEntry
from shop.audit.verification import Verification
from shop.basket.models import Basket
from shop.closing import services as closing
from shop.demo.stripe.server import Emulator
from shop.mailing import outbox
from shop.mailing.models import Email
from shop.order.processing import EventHandler
from shop.patients.models import Patient
from shop.payments.models import PaymentAttempt
from shop.prescriptions import sending, services
from shop.prescriptions.files.quota import FilesOfADay
from shop.prescriptions.messages import thread
from shop.prescriptions.models import Document, Page, Prescription
from shop.prescriptions.statuses import Status
from tests.authenticator import register_app
from tests.conftest import (
    PASSWORD,
    add_patient,
    approve,
    basket_with,
    pack_of,
    send_prescription,
    signed_in,
)
from tests.dispensed import made_ready
from tests.killing import stored_files
from tests.register.conftest import ordered
from tests.settling.paying import open_card_page

URL = "/accounts/close/"
GONE = "closed.invalid"


def close(client: Client, password: str = PASSWORD) -> Any:
    return client.post(URL, {"password": password}, follow=True)


def finished(user: User, medicine: Product, *, chosen: str = "") -> Order:
    """An order that was delivered."""
    order = ordered(user, pack_of(medicine, 10, 60), chosen=chosen)
    made_ready(order)
    for status in ("Dispatched", "Complete"):
        EventHandler().handle_order_status_change(order, status)
    return order


def cancelled(user: User, medicine: Product, **more: Any) -> Prescription:
    """Sent and taken back before anybody looked at it."""
    prescription = send_prescription(user, medicine, **more)
    services.cancel(prescription, by=user)
    return prescription


def is_open(user: User) -> bool:
    user.refresh_from_db()
    return user.is_active and not user.is_closed


def test_the_page_says_what_goes_what_stays_how_long_and_why(
    customer: User, approved: Prescription
) -> None:
    html = signed_in(customer).get(URL).content.decode()

    assert "1 prescription that our pharmacists have worked on" in html
    assert "for 6 years" in html
    assert "strictest of GB, US and AU" in html
    assert reverse("own-data") in html
    assert is_open(customer)


def test_who_has_sent_nothing_is_told_that_nothing_is_kept(customer: User) -> None:
    html = signed_in(customer).get(URL).content.decode()

    assert "Nobody here has worked on a prescription of yours" in html


@pytest.mark.django_db(transaction=True)
def test_the_account_is_anonymous_and_nobody_gets_in(customer: User, medicine: Product) -> None:
    EmailAddress.objects.create(user=customer, email=customer.email, primary=True, verified=True)
    elsewhere, here = signed_in(customer), signed_in(customer)

    page = close(here)

    assert "Your account is closed" in page.content.decode()
    customer.refresh_from_db()
    assert (customer.first_name, customer.last_name, customer.is_active) == ("", "", False)
    assert customer.email.endswith(f"@{GONE}")
    assert not customer.has_usable_password()
    assert not EmailAddress.objects.exists()
    for client in (here, elsewhere):
        assert client.get(reverse("customer:profile-view")).status_code == 302
    assert authenticate(None, username="anna@example.com", password=PASSWORD) is None


def test_the_authenticator_app_goes_too(customer: User) -> None:
    register_app(customer)
    customer.devices.create(device=uuid.uuid4(), agent="Firefox", seen_at=timezone.now())

    close(signed_in(customer))

    assert not is_open(customer)
    assert not Authenticator.objects.exists()
    assert not customer.devices.exists()


def test_what_was_counted_of_their_files_goes_too(customer: User) -> None:
    FilesOfADay.objects.create(user=customer, day=timezone.localdate(), received=2)

    close(signed_in(customer))

    assert not FilesOfADay.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_old_address_is_told_once_and_may_sign_up_anew(customer: User) -> None:
    close(signed_in(customer))

    [message] = mail.outbox
    assert (message.to, "closed" in message.subject) == (["anna@example.com"], True)
    assert Email.objects.get().address == ""
    answer = Client().post(
        reverse("account_signup"), {"email": "anna@example.com", "password1": PASSWORD}
    )
    assert answer.status_code == 302
    assert User.objects.get(email="anna@example.com").pk != customer.pk


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_not_sent_and_nothing_is_sent_later(customer: User) -> None:
    Email.objects.create(code="prescription_ask", key="1", user=customer, path="/", label="RX")

    close(signed_in(customer))
    customer.refresh_from_db()
    outbox.queue("prescription_approve", key="2", user=customer, path="/", label="RX")
    outbox.send_waiting()

    assert [message.to for message in mail.outbox] == [["anna@example.com"]]


@pytest.mark.django_db(transaction=True)
def test_what_no_law_keeps_is_deleted(customer: User, medicine: Product) -> None:
    patient = add_patient(customer)
    never_seen = cancelled(customer, medicine, patient=patient)
    sending.save_draft(by=customer, typed={"patient_name": "Robin"})
    UserAddress.objects.create(user=customer, line1="1 Sample Street", country_id="AU")
    basket_with(customer, pack_of(medicine, 10, 60))
    before = stored_files()

    close(signed_in(customer))

    for model in (Patient, Document, Page, UserAddress, Basket, Line):
        assert not model.objects.exists(), model
    assert len(before - stored_files()) == 2
    never_seen = Prescription.objects.get()
    assert (never_seen.status, never_seen.answers_json) == (Status.CANCELLED, {})
    assert not never_seen.requested_packs.exists()
    assert not never_seen.flags.exists()  # type: ignore[attr-defined]
    assert list(Verification({}).findings()) == []


def test_what_the_law_keeps_stays(
    customer: User, medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    patient = add_patient(customer)
    other = add_patient(customer, patient_name="Never Used")
    prescription = approve(
        send_prescription(customer, medicine, patient=patient), medicine, by=pharmacist
    )
    thread.write_as_owner(prescription, by=customer, text="Is it all right with food?")
    order = finished(customer, medicine, chosen=patient.key)

    close(signed_in(customer))

    kept = Prescription.objects.get()
    assert kept.answers.patient_name == "Robin Example"
    assert (kept.documents.count(), kept.messages.count()) == (1, 1)
    assert Patient.objects.get().pk == patient.pk
    assert Patient.objects.get().is_archived
    assert not Patient.objects.filter(pk=other.pk).exists()
    assert Order.objects.get().shipping_address.line1 == order.shipping_address.line1
    assert PaymentAttempt.objects.get().order == order
    assert kept.authorisations.get().supply_rows.get().register_entry.order_number == order.number
    assert list(Verification({}).findings()) == []


@pytest.mark.parametrize("seen", ["opened", "taken", "asked", "written to"])
def test_a_cancelled_prescription_that_somebody_looked_at_is_kept(
    seen: str, customer: User, medicine: Product, pharmacist: User
) -> None:
    prescription = send_prescription(customer, medicine)
    if seen == "opened":
        page = Page.objects.get()
        signed_in(pharmacist).get(
            reverse("admin:prescription-page", args=[prescription.reference, page.uuid])
        )
    elif seen == "written to":
        thread.write_as_pharmacist(prescription, by=pharmacist, text="Which dose?")
    else:
        services.claim(prescription, by=pharmacist)
        if seen == "asked":
            services.ask(prescription, by=pharmacist, question="Which dose?")
    prescription.refresh_from_db()
    services.cancel(prescription, by=customer)

    closing.close(customer)

    assert Prescription.objects.get().answers.patient_name == "Robin Example"
    assert Document.objects.count() == 1


def test_it_is_recorded_without_a_word_about_health(customer: User, medicine: Product) -> None:
    cancelled(customer, medicine)

    closing.close(customer)

    erased, closed = AuditEntry.objects.order_by("-sequence")[:2][::-1]
    assert (erased.action, closed.action) == ("prescription.erase", "account.close")
    assert (closed.actor_id, closed.subject_key) == (customer.pk, str(customer.pk))
    assert closed.details == {"patients_deleted": 0, "prescriptions_erased": 1}


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.IN_REVIEW, Status.QUESTION])
def test_a_prescription_under_review_comes_first(
    status: Status, customer: User, prescription: Prescription, pharmacist: User
) -> None:
    if status != Status.SUBMITTED:
        services.claim(prescription, by=pharmacist)
    if status == Status.QUESTION:
        services.ask(prescription, by=pharmacist, question="Which dose?")

    html = close(signed_in(customer)).content.decode()

    assert f"Prescription {prescription.reference} is with the pharmacist" in html
    assert is_open(customer)


@pytest.mark.parametrize("status", ["Paid", "Dispensing", "Dispatched"])
def test_an_order_that_is_not_finished_comes_first(
    status: str, customer: User, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    order = ordered(customer, pack_of(medicine, 10, 60))
    Order.objects.update(status=status)

    html = close(signed_in(customer)).content.decode()

    assert f"Order {order.number} is not finished" in html
    assert is_open(customer)


def test_a_payment_under_way_comes_first(
    customer: User, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    open_card_page(customer, basket_with(customer, pack_of(medicine, 10, 60)))

    html = close(signed_in(customer)).content.decode()

    assert "A payment is under way" in html
    assert is_open(customer)


@pytest.mark.parametrize("person", ["staff", "pharmacist", "superuser", "superintendent"])
def test_who_works_here_does_not_close_it_like_this(
    person: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(person)

    html = close(signed_in(user)).content.decode()

    assert "You work here" in html
    assert 'type="password"' not in html
    assert is_open(user)


@pytest.mark.parametrize("password", ["", "not this one"])
def test_without_the_password_nothing_happens(password: str, customer: User) -> None:
    html = close(signed_in(customer), password).content.decode()

    assert 'aria-invalid="true"' in html
    assert is_open(customer)


def test_who_comes_while_something_is_saved_is_asked_to_try_again(
    customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(user: User) -> None:
        raise closing.Busy(str(user.pk))

    monkeypatch.setattr(closing, "close", busy)

    assert "Try again in a moment" in close(signed_in(customer)).content.decode()


def test_reading_the_page_changes_nothing(customer: User, medicine: Product) -> None:
    cancelled(customer, medicine)

    signed_in(customer).get(URL)

    assert is_open(customer)
    assert Document.objects.exists()


def test_a_pharmacist_is_told_that_nobody_reads_an_answer(
    customer: User, approved: Prescription, pharmacist: User
) -> None:
    closing.close(customer)

    with pytest.raises(thread.Closed, match="closed the account"):
        thread.write_as_pharmacist(
            Prescription.objects.get(), by=pharmacist, text="Take it with food"
        )


def test_what_runs_daily_finds_nothing_wrong_with_a_closed_account(
    customer: User, approved: Prescription
) -> None:
    closing.close(customer)

    for command in ("expire_prescriptions", "delete_drafts", "rotate_keys", "verify_audit"):
        call_command(command, stdout=io.StringIO())

    assert Prescription.objects.get().answers.patient_name == "Robin Example"
