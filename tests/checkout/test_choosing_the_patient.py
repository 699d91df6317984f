"""Ordering when the approvals of several patients cover the cart, or a patient is archived."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.closing import services as closing
from shop.demo.stripe.server import Emulator
from shop.patients import services as patients
from shop.patients.models import Patient
from shop.payments.life_cycles import LIVE
from shop.payments.models import PaymentAttempt
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from shop.prescriptions import supply_ledger
from shop.prescriptions.models import Authorisation, Prescription
from shop.settling.settle import settle
from tests.checkout.conftest import approved_for
from tests.checkout.walking import ADDRESS, fill_in_delivery, press_pay, said, step
from tests.conftest import add_patient, basket_with, pack_of
from tests.prescriptions.test_ledger import line_of_an_order
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


def removed(patient: Patient) -> None:
    closing.remove_patient(patient, by=patient.user)


def test_the_gate_does_not_guess_the_patient(
    both: tuple[Prescription, Prescription], client: Client, customer: User
) -> None:
    lines = customer.baskets.get().all_lines()
    robins, marias = both

    assert refusal_of(lambda: gate.check(customer, lines)) == Reason.WHICH_PATIENT
    assert gate.check(customer, lines, chosen=marias.patient_key) == marias
    assert [(each.name, each.prescription) for each in gate.choices(customer, lines)] == [
        ("Robin Example", robins),
        ("Maria Archer", marias),
    ]


def test_who_has_more_than_one_patient_is_asked_even_when_one_approval_covers(
    robin: Patient, maria: Patient, medicine: Product, pharmacist: User, client: Client
) -> None:
    marias = approved_for(maria, medicine, pharmacist)
    lines = robin.user.baskets.get().all_lines()

    page = client.get(step("shipping-address"), follow=True)

    assert refusal_of(lambda: gate.check(robin.user, lines)) == Reason.WHICH_PATIENT
    assert page.redirect_chain[-1][0] == step("patient")
    assert f"Prescription {marias.reference}" in page.content.decode()


def test_who_has_more_than_one_patient_is_asked_when_no_approval_covers(
    robin: Patient, maria: Patient, client: Client
) -> None:
    page = client.get(step("shipping-address"), follow=True)

    assert page.redirect_chain[-1][0] == step("patient")


def test_the_refusal_is_the_chosen_ones_and_nobody_else_steps_in(
    robin: Patient, maria: Patient, medicine: Product, pharmacist: User, client: Client
) -> None:
    """Her own next supply is not due yet; that somebody else's covers the cart is no help."""
    robins = approved_for(robin, medicine, pharmacist, supplies=3, units_a_day=Fraction(1))
    line = line_of_an_order(1)
    supply_ledger.take(robins.authorisations.get(), units=60, order_line=line)
    approved_for(maria, medicine, pharmacist)

    page = client.post(step("patient"), {"patient": robin.key}, follow=True)

    assert page.redirect_chain[-1][0] == step("prescription")
    text = page.content.decode()
    assert "For Robin Example." in text
    assert "can be ordered from" in text
    again = client.get(step("preview"), follow=True)
    assert again.redirect_chain[-1][0] == step("prescription")
    assert Authorisation.objects.get(prescription__patient=maria).units_supplied == 0


def test_after_the_cart_has_changed_it_is_asked_again(
    both: tuple[Prescription, Prescription], client: Client, customer: User
) -> None:
    choose(client, both[1])
    customer.baskets.get().lines.update(quantity=2)
    asked = client.get(step("shipping-address"), follow=True)
    customer.baskets.get().lines.update(quantity=1)

    assert asked.redirect_chain[-1][0] == step("patient")
    assert client.get(step("shipping-address")).status_code == 200


@pytest.mark.parametrize("take_off", [patients.archive, removed])
def test_a_chosen_one_who_is_taken_off_the_list_is_replaced_by_nobody(
    take_off: Callable[[Patient], Any],
    robin: Patient,
    maria: Patient,
    medicine: Product,
    pharmacist: User,
    client: Client,
) -> None:
    approved_for(robin, medicine, pharmacist)
    client.post(step("patient"), {"patient": maria.key})
    take_off(maria)

    page = client.get(step("preview"), follow=True)

    assert page.redirect_chain[-1][0] == step("patient")


def test_somebody_new_is_asked_about_afresh(robin: Patient, maria: Patient, client: Client) -> None:
    page = client.post(step("patient"), {"patient": "new"}, follow=True)

    assert page.context["form"].patient.is_new


def test_an_approval_page_leads_on_for_its_own_patient(
    both: tuple[Prescription, Prescription], client: Client
) -> None:
    marias = both[1]
    url = reverse("prescriptions:detail", args=[marias.reference])
    link = f"{step('prescription')}?patient={marias.patient_key}"

    page = client.get(url).content.decode()
    client.get(link)

    assert link in page
    assert "For Maria Archer." in client.get(step("shipping-address")).content.decode()


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

    chosen = marias.patient_key

    assert refusal_of(lambda: gate.check(customer, lines, chosen=chosen)) == Reason.TOO_MANY


def choose(client: Client, prescription: Prescription) -> HttpResponse:
    return client.post(step("patient"), {"patient": prescription.patient_key})


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
    key = theirs.patient_key if key == "theirs" else key

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

    chosen = theirs.patient_key

    assert refusal_of(lambda: gate.check(customer, lines, chosen=chosen)) == Reason.NO_PRESCRIPTION


def test_nothing_is_ordered_for_an_archived_patient(
    both: tuple[Prescription, Prescription], client: Client, maria: Patient, customer: User
) -> None:
    robins, marias = both
    patients.archive(Patient.objects.get(pk=maria.pk))
    lines = customer.baskets.get().all_lines()

    assert gate.check(customer, lines) == robins
    marias.refresh_from_db()
    assert refusal_of(lambda: gate.check_prescription(marias, lines)) == Reason.ARCHIVED


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


def names_on(page: HttpResponse) -> set[str]:
    text = strip_tags(page.content.decode())
    return {name for name in ("Robin Example", "Maria Archer") if name in text}


def test_from_the_cart_to_the_order_every_page_and_message_names_the_patient(
    both: tuple[Prescription, Prescription],
    client: Client,
    stripe: Emulator,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert names_on(client.get(reverse("basket:summary"))) == set()
    choose(client, both[1])
    named = {"cart": names_on(client.get(reverse("basket:summary")))}
    for name in ("shipping-address", "shipping-method", "preview"):
        if name == "preview":
            fill_in_delivery(client)
        elif name == "shipping-method":
            client.post(step("shipping-address"), ADDRESS)
        named[name] = names_on(client.get(step(name)))
    pay_by_card(press_pay(client)["Location"])
    mailoutbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        attempt = settle(PaymentAttempt.objects.get())
    back = client.get(reverse("checkout:return", args=[attempt.reference]), follow=True)
    named["thank-you"] = names_on(back)

    assert (
        set(named) - {name for name, names in named.items() if names == {"Maria Archer"}} == set()
    )
    assert mailoutbox
    assert all("Patient: Maria Archer" in str(mail.body) for mail in mailoutbox)
    assert not any("Archer" in mail.subject for mail in mailoutbox)
