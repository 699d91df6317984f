"""Those who look after payments are told of each matter once, and find it on their page."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe import disputes
from shop.demo.stripe import refunds as books
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.mailing.models import Email
from shop.payments import attempts
from shop.payments.life_cycles import Review, Status
from shop.payments.models import Dispute, PaymentAttempt
from shop.prescriptions.models import Prescription
from shop.settling import refunding
from shop.settling.settle import settle
from shop.tasks.models import Task
from tests.conftest import basket_with, let_the_log_know, pack_of, signed_in
from tests.settling.paying import open_card_page, pay_by_card
from tests.settling.test_isolation import finish_pending
from tests.settling.test_reconcile import reconcile, refund_at_stripe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def captured(
    approved: Prescription, medicine: Product, stripe: Emulator, staff: User
) -> PaymentAttempt:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    settle(attempt)
    mail.outbox.clear()
    return attempt


def told(staff: User) -> list[str]:
    return [message.subject for message in mail.outbox if message.to == [staff.email]]


def about(title: str) -> str:
    """The subject of the message of a task that is due tomorrow."""
    due = timezone.localdate() + datetime.timedelta(days=1)
    return f"Alder Pharmacy: {title}, by {due.day} {due:%B %Y}"


def page_of(staff: User) -> str:
    return signed_in(staff).get(reverse("dashboard:payment-list")).content.decode()


def dispute(stripe: Emulator) -> None:
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        disputes.create(stripe.store, charge, amount=None, reason="fraudulent")


def test_a_dispute_is_told_of_with_its_last_day_once_and_listed(
    captured: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    dispute(stripe)

    for _ in range(3):
        reconcile()
        finish_pending()

    due = timezone.localdate(Dispute.objects.get().due_by)
    day = f"{due.day} {due:%B %Y}"
    assert told(staff) == [f"Alder Pharmacy: Answer a dispute, by {day}"]
    assert captured.order.number in mail.outbox[0].body
    assert f"answer by {day}" in page_of(staff)


def test_a_dispute_that_nobody_answered_is_told_of_again_two_days_before(
    captured: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    dispute(stripe)
    refunding.look_again(captured)
    finish_pending()
    Task.objects.update(opened_at=timezone.now() - datetime.timedelta(days=9))
    Dispute.objects.update(due_by=timezone.now() + datetime.timedelta(hours=47))

    for _ in range(2):
        finish_pending()

    assert len(told(staff)) == 2


def test_a_payment_that_needs_a_look_is_told_of_once_and_listed(
    captured: PaymentAttempt, staff: User
) -> None:
    attempts.flag(captured, Review.OTHER_AMOUNT)

    for _ in range(2):
        finish_pending()

    assert told(staff) == [about("Look at a payment")]
    assert str(Review.OTHER_AMOUNT.label).replace("'", "&#x27;") in page_of(staff)
    assert captured.status == Status.NEEDS_REVIEW


def test_a_refund_that_failed_is_told_of_once(
    captured: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    refund_at_stripe(stripe, 700)
    with stripe.store.lock:
        [refund] = stripe.store.all("refund")
        books.fail(stripe.store, refund, reason="declined")

    for _ in range(2):
        reconcile()

    assert told(staff) == [about("Look at a payment")]


def test_what_reconciling_found_twice_is_told_of_once(
    captured: PaymentAttempt, staff: User
) -> None:
    PaymentAttempt.objects.update(refunded_minor=1)

    reconcile()
    assert told(staff) == []
    for _ in range(3):
        reconcile()

    assert told(staff) == [about("Payments and Stripe do not agree")]


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_told_of_once(
    status: int, captured: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/*", status=status, times=99))

    for _ in range(3):
        reconcile()

    assert told(staff) == [about("Payments and Stripe do not agree")]


def test_who_may_not_see_payments_is_told_nothing(
    captured: PaymentAttempt, pharmacist: User, superuser: User, staff: User
) -> None:
    attempts.flag(captured, Review.OTHER_AMOUNT)

    finish_pending()

    assert [message.to for message in mail.outbox] == [[staff.email]]


def test_where_nobody_has_the_role_who_may_do_everything_is_told(
    captured: PaymentAttempt, superuser: User, staff: User
) -> None:
    staff.groups.clear()
    attempts.flag(captured, Review.OTHER_AMOUNT)

    finish_pending()

    assert [message.to for message in mail.outbox] == [[superuser.email]]


def test_a_message_says_nothing_of_a_medicine_or_a_patient(
    captured: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    dispute(stripe)
    reconcile()

    [message] = [each for each in mail.outbox if each.to == [staff.email]]
    assert "aclofen" not in message.body
    assert "Anna" not in message.body
    assert Email.objects.filter(code="task", user=staff).count() == 1


def test_what_needs_nobody_any_more_is_closed(captured: PaymentAttempt, staff: User) -> None:
    attempts.note_stumble(captured, "something")
    PaymentAttempt.objects.update(review=Review.STUMBLED)
    let_the_log_know(captured)
    finish_pending()
    assert Task.objects.still_open().count() == 1

    attempts.forget_stumbles(captured)
    finish_pending()

    assert not Task.objects.still_open().exists()
