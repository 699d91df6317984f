"""Ordering when the approvals of several patients cover the cart, or a patient is archived."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.patients import services as patients
from shop.patients.models import Patient
from shop.payments.life_cycles import LIVE
from shop.payments.models import PaymentAttempt
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from shop.prescriptions.models import Authorisation, Prescription
from shop.settling.settle import settle
from tests.checkout.conftest import approved_for
from tests.checkout.walking import fill_in_delivery, press_pay, said, step
from tests.conftest import add_patient, basket_with, pack_of
from tests.settling.paying import intent_statuses, pay_by_card


@pytest.fixture
def both(
    robin: Patient, maria: Patient, medicine: Product, pharmacist: User
) -> tuple[Prescription, Prescription]:
    """Approvals of two patients that cover the same basket; Robin's ends first."""
    soon = timezone.localdate() + datetime.timedelta(days=5)
    return (
        approved_for(robin, medicine, pharmacist, valid_until=soon),
        approved_for(maria, medicine, pharmacist),
    )


def refusal_of(check: Callable[[], Any]) -> Reason:
    with pytest.raises(Refused) as refused:
        check()
    return refused.value.reason


def test_the_gate_does_not_guess_the_patient(
    both: tuple[Prescription, Prescription], client: Client, customer: User
) -> None:
    lines = customer.baskets.get().all_lines()
    robins, marias = both

    assert refusal_of(lambda: gate.check(customer, lines)) == Reason.WHICH_PATIENT
    assert gate.check(customer, lines, chosen=gate.patient_key(marias)) == marias
    assert gate.choices(customer, lines) == {
        gate.patient_key(robins): robins,
        gate.patient_key(marias): marias,
    }


def test_of_one_patients_approvals_the_one_that_ends_first_is_used(
    robin: Patient, medicine: Product, pharmacist: User, client: Client
) -> None:
    approved_for(robin, medicine, pharmacist)
    soon = timezone.localdate() + datetime.timedelta(days=5)
    ends_first = approved_for(robin, medicine, pharmacist, valid_until=soon)

    assert gate.check(robin.user, robin.user.baskets.get().all_lines()) == ends_first


def test_a_choice_is_never_replaced_by_another_patient(
    both: tuple[Prescription, Prescription], client: Client, customer: User
) -> None:
    _robins, marias = both
    Authorisation.objects.filter(prescription=marias).update(units_supplied=60)
    lines = customer.baskets.get().all_lines()

    chosen = gate.patient_key(marias)

    assert refusal_of(lambda: gate.check(customer, lines, chosen=chosen)) == Reason.TOO_MANY


def choose(client: Client, prescription: Prescription) -> HttpResponse:
    return client.post(step("patient"), {"patient": gate.patient_key(prescription)})


def test_every_step_leads_to_the_choice_until_it_is_made(
    both: tuple[Prescription, Prescription], client: Client
) -> None:
    before = client.get(step("shipping-address"), follow=True)
    chosen = choose(client, both[1])

    assert before.redirect_chain[-1][0] == step("patient")
    assert chosen["Location"] == step("shipping-address")
    assert client.get(step("shipping-address")).status_code == 200


def test_choosing_nobody_is_said_beside_the_question(
    both: tuple[Prescription, Prescription], client: Client
) -> None:
    page = client.post(step("patient"))

    assert "Choose whom you order for." in page.content.decode()


def test_the_choice_can_be_changed(both: tuple[Prescription, Prescription], client: Client) -> None:
    choose(client, both[0])
    fill_in_delivery(client)
    first = client.get(step("preview"))
    choose(client, both[1])
    second = client.get(step("preview"))

    assert step("patient") in first.content.decode()
    assert "Robin Example" in first.content.decode()
    assert "Maria Archer" in second.content.decode()


def test_the_order_takes_its_tablets_off_the_chosen_prescription(
    both: tuple[Prescription, Prescription], client: Client, stripe: Emulator
) -> None:
    choose(client, both[1])
    fill_in_delivery(client)
    pay_by_card(press_pay(client)["Location"])
    settle(PaymentAttempt.objects.get())

    assert Order.objects.get().lines.get().supply.authorisation.prescription == both[1]
    assert Authorisation.objects.get(prescription=both[0]).units_supplied == 0


def test_paying_for_another_patient_than_the_page_showed_shows_the_order_again(
    both: tuple[Prescription, Prescription], client: Client, stripe: Emulator
) -> None:
    choose(client, both[0])
    fill_in_delivery(client)
    page = client.get(step("preview"))
    choose(client, both[1])
    data = {"quote": page.context["quote_hash"], "prescription": both[0].reference}

    response = client.post(step("preview"), data)

    assert response["Location"] == step("preview")
    assert "changed" in said(response)
    assert not PaymentAttempt.objects.exists()


def test_a_card_page_opened_for_one_patient_is_not_used_for_another(
    both: tuple[Prescription, Prescription], client: Client, stripe: Emulator
) -> None:
    choose(client, both[0])
    fill_in_delivery(client)
    first = press_pay(client)["Location"]
    choose(client, both[1])
    second = press_pay(client)["Location"]

    assert first != second
    assert PaymentAttempt.objects.get(status__in=LIVE).prescription == both[1]
    pay_by_card(first)
    assert "succeeded" not in intent_statuses(stripe)


def test_a_choice_holds_for_one_cart_only(
    both: tuple[Prescription, Prescription], client: Client, customer: User, medicine: Product
) -> None:
    choose(client, both[1])
    customer.baskets.all().delete()
    basket_with(customer, pack_of(medicine, 10, 60))

    response = client.get(step("shipping-address"), follow=True)

    assert response.redirect_chain[-1][0] == step("patient")


@pytest.mark.parametrize("key", ["x", "theirs"])
def test_nobody_elses_approval_can_be_chosen(
    key: str,
    both: tuple[Prescription, Prescription],
    client: Client,
    other_customer: User,
    medicine: Product,
    pharmacist: User,
) -> None:
    theirs = approved_for(add_patient(other_customer), medicine, pharmacist)
    key = gate.patient_key(theirs) if key == "theirs" else key

    response = client.post(step("patient"), {"patient": key})

    assert response.status_code == 404
    assert client.get(step("shipping-address")).status_code == 302


def test_a_forged_session_opens_no_other_accounts_approval(
    client: Client,
    customer: User,
    other_customer: User,
    medicine: Product,
    pharmacist: User,
) -> None:
    theirs = approved_for(add_patient(other_customer), medicine, pharmacist)
    lines = customer.baskets.get().all_lines()

    chosen = gate.patient_key(theirs)

    assert refusal_of(lambda: gate.check(customer, lines, chosen=chosen)) == Reason.NO_PRESCRIPTION


def test_nothing_is_ordered_for_an_archived_patient(
    both: tuple[Prescription, Prescription], client: Client, maria: Patient, customer: User
) -> None:
    robins, marias = both
    patients.archive(Patient.objects.get(pk=maria.pk))
    lines = customer.baskets.get().all_lines()

    assert gate.check(customer, lines) == robins
    marias.refresh_from_db()
    day = timezone.localdate()
    assert refusal_of(lambda: gate.check_prescription(marias, lines, day=day)) == Reason.ARCHIVED


def test_an_archived_patients_approval_says_so_and_comes_back(
    robin: Patient, medicine: Product, pharmacist: User, client: Client
) -> None:
    approval = approved_for(robin, medicine, pharmacist)
    robin.refresh_from_db()
    patients.archive(robin)
    lines = robin.user.baskets.get().all_lines()
    reason = refusal_of(lambda: gate.check(robin.user, lines))
    page = client.get(reverse("prescriptions:detail", args=[approval.reference])).content.decode()

    patients.restore(robin)

    assert reason == Reason.ARCHIVED
    assert "The patient is off your list" in page
    assert "Put them into the cart" not in page
    assert gate.check(robin.user, lines) == approval


def test_a_patient_archived_while_paying_is_not_charged_for(
    robin: Patient, medicine: Product, pharmacist: User, client: Client, stripe: Emulator
) -> None:
    approved_for(robin, medicine, pharmacist)
    fill_in_delivery(client)
    response = press_pay(client)
    patients.archive(Patient.objects.get(pk=robin.pk))
    pay_by_card(response["Location"])
    settle(PaymentAttempt.objects.get())

    assert not Order.objects.exists()
    assert intent_statuses(stripe) == ["canceled"]
