"""Sending a prescription for a patient one knows, and ordering when there are several."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.fulfilment import gate
from shop.fulfilment.refusals import Reason, Refused
from shop.fulfilment.settle import settle
from shop.patients import services as patients
from shop.patients.models import Patient, Relation
from shop.payments.emulator.server import Emulator
from shop.payments.models import PaymentAttempt
from shop.payments.statuses import LIVE
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import Status
from tests.checkout.test_steps import ANSWERS, fill_in_delivery, press_pay, said, step
from tests.conftest import add_patient, approve, basket_with, pack_of, send_prescription, signed_in
from tests.fulfilment.paying import intent_statuses, pay_by_card
from tests.fulfilment.test_races import at_once
from tests.prescriptions import samples

LONG_AGO = datetime.date(2026, 3, 3)


@pytest.fixture
def client(customer: User, medicine: Product) -> Client:
    basket_with(customer, pack_of(medicine, 10, 60))
    return signed_in(customer)


@pytest.fixture
def robin(customer: User, medicine: Product) -> Patient:
    return add_patient(customer)


@pytest.fixture
def maria(customer: User, medicine: Product) -> Patient:
    return add_patient(customer, patient_name="Maria Archer", relation=Relation.CARED_FOR)


def send(client: Client, patient: Patient | str = "", **changes: str) -> HttpResponse:
    """Send the form as filled in, for this patient."""
    whom = {"patient": patient} if isinstance(patient, str) else shown(patient)
    scan = SimpleUploadedFile("scan.jpg", samples.jpeg())
    return client.post(step("prescription"), {**ANSWERS, **whom, **changes, "documents": scan})


def shown(patient: Patient) -> dict[str, str]:
    return {"patient": patient.key, "version": str(patient.version)}


def sent() -> Prescription:
    return Prescription.objects.exclude(status=Status.DRAFT).get()


def nothing_was_sent() -> bool:
    return not Prescription.objects.exclude(status=Status.DRAFT).exists()


def test_the_first_prescription_puts_the_patient_on_the_list(
    client: Client, customer: User
) -> None:
    send(client, "new")

    patient = Patient.objects.of(customer).get()
    assert sent().patient == patient
    assert (patient.answers.patient_name, patient.relation) == ("Robin Example", "self")
    assert patient.answers.dates["allergies"] == timezone.localdate()


def test_what_is_asked_each_time_is_not_kept_with_the_patient(client: Client) -> None:
    send(client, "new", taken_before="no")

    assert sent().answers.taken_before == "no"
    assert Patient.objects.get().answers.taken_before == ""


@pytest.mark.parametrize(
    ("changes", "field", "days"),
    [
        ({"days_left": "0"}, None, 0),
        ({"days_left": "", "days_left_unknown": "on"}, None, None),
        ({"days_left": ""}, "days_left", None),
        ({"days_left_unknown": "on"}, "days_left_unknown", None),
        ({"days_left": "366"}, "days_left", None),
        ({"taken_before": ""}, "taken_before", None),
        ({"address": ""}, "address", None),
    ],
)
def test_days_left_are_said_or_said_to_be_unknown(
    changes: dict[str, str], field: str | None, days: int | None, client: Client
) -> None:
    response = send(client, "new", **changes)

    if field:
        assert list(response.context["form"].errors) == [field]
        assert nothing_was_sent()
    else:
        assert sent().days_left == days


def test_the_only_patient_is_filled_in(client: Client, robin: Patient) -> None:
    form = client.get(step("prescription")).context["form"]

    assert form.patient == robin
    assert form["allergies"].value() == "none"
    assert not form["taken_before"].value()
    assert "relation" not in form.fields


def test_with_several_patients_the_customer_chooses_first(
    client: Client, robin: Patient, maria: Patient
) -> None:
    page = client.get(step("prescription"))
    chosen = client.get(step("prescription"), {"patient": maria.key})

    assert "Whose prescription is it?" in page.content.decode()
    assert chosen.context["form"]["patient_name"].value() == "Maria Archer"


def test_what_was_typed_for_one_patient_is_not_shown_for_another(
    client: Client, robin: Patient, maria: Patient
) -> None:
    client.post(reverse("prescriptions:draft"), {**shown(robin), "allergies": "penicillin"})

    again = client.get(step("prescription")).context["form"]
    other = client.get(step("prescription"), {"patient": maria.key}).context["form"]

    assert (again.patient, again["allergies"].value()) == (robin, "penicillin")
    assert (other.patient, other["allergies"].value()) == (maria, "none")


def test_a_draft_older_than_the_patients_answers_does_not_overwrite_them(
    client: Client, robin: Patient
) -> None:
    client.post(reverse("prescriptions:draft"), {**shown(robin), **ANSWERS})
    patients.keep(robin, answers=robin.answers)
    restored = client.get(step("prescription")).context["form"]

    response = send(client, robin, version=str(restored["version"].value()))

    assert "changed in another window" in response.content.decode()
    assert nothing_was_sent()


def test_sending_dates_what_changed_and_leaves_the_rest(client: Client, customer: User) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    patient = add_patient(customer, dates=dict.fromkeys(ANSWERS, yesterday))

    send(client, patient, allergies="nuts")

    patient.refresh_from_db()
    assert sent().answers.dates == {**patient.answers.dates, "taken_before": timezone.localdate()}
    assert patient.answers.dates["allergies"] == timezone.localdate()
    assert patient.answers.dates["alcohol"] == yesterday


@pytest.fixture
def with_old_answer(customer: User, medicine: Product) -> Patient:
    return add_patient(customer, dates={"allergies": LONG_AGO})


def test_an_old_answer_is_not_sent_unseen(client: Client, with_old_answer: Patient) -> None:
    page = client.get(step("prescription")).content.decode()
    response = send(client, with_old_answer)

    assert "You said this on 3 March 2026. It is still right." in page
    assert list(response.context["form"].errors) == ["still_allergies"]
    assert nothing_was_sent()


@pytest.mark.parametrize("changes", [{"still_allergies": "on"}, {"allergies": "nuts"}])
def test_an_old_answer_is_confirmed_or_changed(
    changes: dict[str, str], client: Client, with_old_answer: Patient
) -> None:
    send(client, with_old_answer, **changes)

    with_old_answer.refresh_from_db()
    assert sent().answers.dates["allergies"] == timezone.localdate()
    assert with_old_answer.answers.dates["allergies"] == timezone.localdate()


def test_a_patient_changed_meanwhile_is_not_overwritten_unseen(
    client: Client, robin: Patient
) -> None:
    patients.keep(Patient.objects.get(pk=robin.pk), answers=robin.answers)

    told = send(client, robin, allergies="nuts")
    assert nothing_was_sent()
    send(client, robin, allergies="nuts", version=told.context["form"]["version"].value())

    assert "What you typed differs in: Allergies" in told.content.decode()
    assert sent().answers.allergies == "nuts"


def test_nothing_is_kept_of_the_patient_when_sending_fails(
    client: Client, robin: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shop.prescriptions.sending._write_rows", lambda *_args: 1 / 0, raising=True
    )

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send(client, robin, allergies="nuts")

    robin.refresh_from_db()
    assert (robin.version, robin.answers.allergies) == (1, "none")


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_accounts_patient_cannot_be_named(
    method: str, client: Client, other_customer: User, medicine: Product
) -> None:
    theirs = add_patient(other_customer, patient_name="Secret Stranger")

    response = getattr(client, method)(step("prescription"), {**ANSWERS, **shown(theirs)})

    theirs.refresh_from_db()
    assert response.status_code == 404
    assert (theirs.version, theirs.answers.patient_name) == (1, "Secret Stranger")
    assert not Prescription.objects.exists()


def test_a_patient_who_is_no_number_is_not_found(client: Client) -> None:
    assert client.get(step("prescription"), {"patient": "x"}).status_code == 404


def approved_for(patient: Patient, medicine: Product, by: User, **allowed: Any) -> Prescription:
    prescription = send_prescription(patient.user, medicine, patient=patient)
    return approve(prescription, medicine, by=by, **allowed)


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
    Authorisation.objects.filter(prescription=marias).update(tablets_supplied=60)
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
    assert Authorisation.objects.get(prescription=both[0]).tablets_supplied == 0


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


def test_a_prescription_under_review_does_not_stop_another_patients(
    robin: Patient, maria: Patient, medicine: Product, client: Client
) -> None:
    first = send_prescription(robin.user, medicine, patient=robin)
    waiting = client.get(step("prescription"))

    send(client, maria, patient_name="Maria Archer")

    assert waiting["Location"] == reverse("prescriptions:detail", args=[first.reference])
    assert Prescription.objects.of(robin.user).exclude(pk=first.pk).get().patient == maria


def test_a_covered_cart_does_not_stop_another_patients_prescription(
    robin: Patient, maria: Patient, medicine: Product, pharmacist: User, client: Client
) -> None:
    first = approved_for(robin, medicine, pharmacist)

    send(client, maria, patient_name="Maria Archer")

    assert Prescription.objects.of(robin.user).exclude(pk=first.pk).get().patient == maria


@pytest.mark.django_db(transaction=True)
def test_two_windows_send_for_one_patient_once(customer: User, medicine: Product) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))
    patient = add_patient(customer)
    windows = [signed_in(customer) for _ in range(3)]
    pages = [window.get(step("prescription")).context["form"] for window in windows]
    drafts = [page["draft"].value() for page in pages]

    at_once(
        *(
            lambda window=window, draft=draft: send(window, patient, draft=draft)
            for window, draft in zip(windows, drafts, strict=True)
        )
    )

    patient.refresh_from_db()
    assert len(set(drafts)) == 1
    assert Prescription.objects.of(customer).get().patient == patient
    assert patient.version == 2
