"""While one paid supply may still leave, no other is sold beside it; what stops is said, and true."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.urls import reverse
from oscar.apps.order.models import Order
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalogue.models import Product
from shop.accounts.models import User
from shop.mailing.models import Email
from shop.patients import services as patients
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import RefusalReason
from shop.standing import answering
from shop.standing.question import obstacles_of
from shop.tasks.kinds import Kind
from shop.tasks.models import Task
from tests.conftest import add_patient, approve, basket_with, pack_of, send_prescription, signed_in
from tests.standing.paid import anew, place


@pytest.fixture
def stopped(approved: Prescription, medicine: Product, pharmacist: User) -> Order:
    """10 mg × 60 is paid, and then only 25 mg is approved."""
    order = place(approved.user, pack_of(medicine, 10, 60))
    anew(approved, medicine, pharmacist, strength=25)
    return order


def test_while_a_pharmacist_is_asked_nothing_else_of_the_approval_is_sold(
    stopped: Order, approved: Prescription, medicine: Product
) -> None:
    with pytest.raises(Refused) as refused, transaction.atomic():
        place(approved.user, pack_of(medicine, 25, 60))

    assert refused.value.reason == Reason.ORDER_ASKED
    assert str(stopped.number) in refused.value.message


def test_the_cart_is_refused_before_anything_is_paid(
    stopped: Order, approved: Prescription, medicine: Product
) -> None:
    with pytest.raises(Refused) as refused:
        gate.check(approved.user, basket_with(approved.user, pack_of(medicine, 25, 60)).all_lines())

    assert refused.value.reason == Reason.ORDER_ASKED


def test_nor_is_what_was_paid_meanwhile(
    stopped: Order, approved: Prescription, medicine: Product
) -> None:
    """Asked once more when the card was charged already: the money goes back."""
    approved.refresh_from_db()
    lines = basket_with(approved.user, pack_of(medicine, 25, 60)).all_lines()

    with pytest.raises(Refused) as refused:
        gate.check_prescription(approved, lines)

    assert refused.value.reason == Reason.ORDER_ASKED


@pytest.mark.parametrize("answer", ["may leave", "must not leave"])
def test_once_it_is_answered_the_other_can_be_ordered(
    answer: str,
    stopped: Order,
    approved: Prescription,
    medicine: Product,
    pharmacist: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        if answer == "may leave":
            keys = tuple(each.key for each in obstacles_of(stopped))
            answering.may_leave(stopped, by=pharmacist, why="Until the 25 mg come", keys=keys)
        else:
            answering.must_not_leave(stopped, by=pharmacist, why="Only the 25 mg")

    assert place(approved.user, pack_of(medicine, 25, 60)).status == "Paid"


def test_a_patient_taken_off_the_list_stops_the_order_and_says_so_at_once(
    customer: User,
    medicine: Product,
    pharmacist: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    patient = add_patient(customer)
    approve(send_prescription(customer, medicine, patient=patient), medicine, by=pharmacist)
    order = place(customer, pack_of(medicine, 10, 60))
    patient.refresh_from_db()

    with django_capture_on_commit_callbacks(execute=True):
        patients.archive(patient)

    waiting = Task.objects.still_open().get(kind=Kind.ORDER_STOPPED)
    assert waiting.subject_key == str(order.number)
    assert Email.objects.filter(code="order_waits", user=customer).count() == 1

    with django_capture_on_commit_callbacks(execute=True):
        patients.restore(patient)

    assert not Task.objects.still_open().filter(kind=Kind.ORDER_STOPPED).exists()


def page_of(prescription: Prescription) -> str:
    address = reverse("prescriptions:detail", args=[prescription.reference])
    return " ".join(signed_in(prescription.user).get(address).content.decode().split())


def test_the_page_offers_nothing_while_a_pharmacist_is_asked(
    stopped: Order, approved: Prescription
) -> None:
    page = page_of(approved)

    assert f"decide whether your order {stopped.number} is still sent" in page
    assert "You can order now" not in page


def test_checked_again_after_payment_the_page_says_that_the_money_waits(
    approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    place(approved.user, pack_of(medicine, 10, 60))
    approved.refresh_from_db()
    services.reopen(approved, by=approved.user, reason="New answers")

    assert "What you paid for waits until then." in page_of(approved)

    services.claim(approved, by=pharmacist)
    assert "nothing to pay yet" not in page_of(approved)
    services.refuse(approved, by=pharmacist, reason=RefusalReason.NOT_SIGNED, message="Sign it")
    page = page_of(approved)
    assert "What you paid for and is not sent is paid back to your card." in page
    assert "You were not charged" not in page
