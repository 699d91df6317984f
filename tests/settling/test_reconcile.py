"""Nothing stays open, nothing is missed, and both books agree to the cent; or staff are told."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order
from oscar.apps.payment.models import Source

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe import disputes, intents
from shop.demo.stripe import refunds as books
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments.answers import GatewayUnavailable
from shop.payments.life_cycles import RefundReason, RefundStatus, Status
from shop.payments.models import (
    Dispute,
    PaymentAttempt,
    Reconciliation,
    Refund,
    StripeEvent,
    StripeOperation,
)
from shop.payments.refunds import Wanted
from shop.prescriptions.models import Prescription
from shop.settling import refunding
from shop.settling.settle import settle, settle_quietly
from tests.conftest import basket_with, pack_of, signed_in
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card
from tests.settling.test_races import at_once

CAPTURE = "/v1/payment_intents/*/capture"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def paid(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    """Paid at the card page; no event came and nobody came back."""
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return attempt


@pytest.fixture
def captured(paid: PaymentAttempt) -> PaymentAttempt:
    return settle(paid)


def reconcile(*options: str) -> tuple[int, str]:
    """The command's exit status, and all it said."""
    out = io.StringIO()
    try:
        call_command("reconcile_payments", *options, stdout=out, stderr=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def posts(stripe: Emulator, path: str = "") -> list[str]:
    return [r.path for r in stripe.requests if r.method == "POST" and r.path.endswith(path)]


def refund_at_stripe(stripe: Emulator, amount: int) -> None:
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        params = {"amount": amount, "reason": None, "metadata": {}}
        books.create(stripe.store, charge, params)


def test_a_payment_nobody_told_us_of_becomes_an_order(paid: PaymentAttempt) -> None:
    status, said = reconcile()

    paid.refresh_from_db()
    assert (status, paid.status) == (0, Status.CAPTURED)
    assert "Everything agrees" in said


def test_events_that_never_came_are_taken_in_from_stripes_list(
    captured: PaymentAttempt, stripe: Emulator
) -> None:
    refund_at_stripe(stripe, 700)
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        disputes.create(stripe.store, charge, amount=500, reason="fraudulent")

    status, _ = reconcile()

    assert status == 0
    assert Refund.objects.get().amount_minor == 700
    assert Dispute.objects.get().amount_minor == 500
    assert not StripeEvent.objects.filter(processed_at__isnull=True).exists()
    assert StripeEvent.objects.count() == len(stripe.store.all("event"))


def test_the_list_of_events_is_read_from_an_hour_before_where_it_ended(
    captured: PaymentAttempt, stripe: Emulator
) -> None:
    reconcile()
    stripe.requests.clear()

    reconcile()

    read_until = Reconciliation.objects.get().read_until
    assert read_until
    [asked] = [r.params for r in stripe.requests if r.path == "/v1/events"]
    assert asked["created"] == {"gte": str(int(read_until.timestamp()) - 3600)}


def test_the_cursor_stays_while_an_event_could_not_be_acted_on(
    captured: PaymentAttempt, stripe: Emulator
) -> None:
    refund_at_stripe(stripe, 700)
    stripe.faults.add(Fault(path="/v1/refunds", status=503))

    reconcile()
    before = Reconciliation.objects.get().read_until
    reconcile()

    assert before is None
    assert Reconciliation.objects.get().read_until is not None
    assert Refund.objects.get().amount_minor == 700


def test_what_differs_is_put_right_from_stripes_books(
    captured: PaymentAttempt, stripe: Emulator
) -> None:
    reconcile()
    refund_at_stripe(stripe, 700)
    for event in stripe.store.all("event"):
        StripeEvent.objects.update_or_create(
            id=event["id"],
            defaults={"type": event["type"], "livemode": False, "processed_at": timezone.now()},
        )

    status, _ = reconcile()

    assert status == 0
    assert Refund.objects.get().amount_minor == 700


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("captured_minor", "charged here 4091, at Stripe 4090"),
        ("refunded_minor", "paid back here 1, at Stripe 0"),
    ],
)
def test_totals_that_differ_from_stripes_are_said_and_end_with_status_1(
    field: str, words: str, captured: PaymentAttempt
) -> None:
    amount = 4091 if field == "captured_minor" else 1
    PaymentAttempt.objects.update(**{field: amount})

    status, said = reconcile()

    assert status == 1
    assert words in said
    assert words in Reconciliation.objects.get().findings[0]


def test_a_ledger_of_the_order_that_differs_is_said(captured: PaymentAttempt) -> None:
    Source.objects.update(amount_debited=40)

    status, said = reconcile()

    assert (status, "ledger says charged 4000" in said) == (1, True)


def test_a_payment_stripe_does_not_know_is_said(captured: PaymentAttempt) -> None:
    PaymentAttempt.objects.update(payment_intent_id="pi_gone")
    Source.objects.update(reference="pi_gone")

    status, said = reconcile()

    assert (status, "does not know this payment" in said) == (1, True)


def test_an_authorisation_without_an_order_is_said(paid: PaymentAttempt) -> None:
    PaymentAttempt.objects.update(status=Status.EXPIRED)

    status, said = reconcile()

    assert (status, "there is no order" in said) == (1, True)


def test_somebody_elses_payment_at_the_same_account_is_not_ours_to_judge(
    captured: PaymentAttempt, stripe: Emulator
) -> None:
    with stripe.store.lock:
        [intent] = stripe.store.all("payment_intent")
        stripe.store.add({**intent, "id": "pi_other", "metadata": {}})

    assert reconcile()[0] == 0


def test_an_authorisation_that_soon_ends_is_said(paid: PaymentAttempt, stripe: Emulator) -> None:
    stripe.faults.add(Fault(path=CAPTURE, times=9))
    settle_quietly(paid)
    soon = timezone.now() + datetime.timedelta(hours=23)
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        charge["payment_method_details"]["card"]["capture_before"] = int(soon.timestamp())

    status, said = reconcile()

    assert (status, "authorised only until" in said) == (1, True)


def test_while_stripe_is_down_it_ends_with_status_1_and_changes_nothing(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/*", status=503, times=99))

    status, said = reconcile()

    paid.refresh_from_db()
    assert (status, paid.status) == (1, Status.SESSION_OPEN)
    assert "could not be reached" in said


def test_an_attempt_that_never_got_a_card_page_is_given_up_after_an_hour(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/checkout/sessions"))
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    with pytest.raises(GatewayUnavailable):
        open_card_page(approved.user, basket)
    reconcile()
    assert PaymentAttempt.objects.get().status == Status.CREATED
    PaymentAttempt.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=61))

    reconcile()

    assert PaymentAttempt.objects.get().status == Status.EXPIRED


def age(days: int) -> None:
    """Make what is written down so old that Stripe has forgotten its keys."""
    StripeOperation.objects.update(keyed_at=timezone.now() - days * DAY)


@pytest.mark.parametrize(("when", "tries"), [("after", 1), ("before", 2)])
def test_a_capture_a_day_old_is_looked_up_before_it_is_tried_again(
    when: Any, tries: int, paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path=CAPTURE, when=when))
    settle_quietly(paid)
    key = StripeOperation.objects.get().idempotency_key
    age(2)

    assert reconcile()[0] == 0

    assert intent_statuses(stripe) == ["succeeded"]
    assert len(posts(stripe, "/capture")) == tries
    assert (StripeOperation.objects.get().idempotency_key == key) == (when == "after")


@pytest.mark.parametrize(("when", "tries"), [("after", 1), ("before", 2)])
def test_a_refund_a_day_old_is_looked_up_before_it_is_tried_again(
    when: Any, tries: int, captured: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/refunds", when=when))
    refunding.refund(captured, Wanted(1000, RefundReason.DAMAGED), by=staff)
    age(2)

    assert reconcile()[0] == 0

    assert Refund.objects.get().status == RefundStatus.SUCCEEDED
    assert len(posts(stripe, "/refunds")) == tries
    assert [refund["amount"] for refund in stripe.store.all("refund")] == [1000]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing_anywhere(
    paid: PaymentAttempt, customer: User, medicine: Product, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/checkout/sessions"))
    with pytest.raises(GatewayUnavailable):
        open_card_page(customer, basket_with(customer, pack_of(medicine, 10, 60)))
    PaymentAttempt.objects.filter(status=Status.CREATED).update(created_at=timezone.now() - DAY)
    stripe.requests.clear()

    with CaptureQueriesContext(connection) as queries:
        status, said = reconcile("--dry-run")

    assert status == 1
    assert f"would settle attempt {paid.reference}" in said
    assert "would give up attempt" in said
    assert "would act on event" in said
    assert "there is no order" in said
    assert posts(stripe) == []
    assert [q["sql"] for q in queries if not q["sql"].startswith("SELECT")] == []


def test_a_dry_run_after_a_run_finds_nothing(paid: PaymentAttempt) -> None:
    reconcile()

    status, said = reconcile("--dry-run")

    assert status == 0
    assert "would settle" not in said


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_do_each_thing_once(paid: PaymentAttempt, stripe: Emulator) -> None:
    at_once(reconcile, reconcile, lambda: call_command("finish_pending", stdout=io.StringIO()))

    status, _ = reconcile()

    assert status == 0
    assert Order.objects.count() == 1
    assert Source.objects.get().transactions.count() == 2
    assert intent_statuses(stripe) == ["succeeded"]


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_take_a_missed_refund_in_once(
    captured: PaymentAttempt, stripe: Emulator
) -> None:
    refund_at_stripe(stripe, 700)

    at_once(reconcile, reconcile, reconcile)

    captured.refresh_from_db()
    assert captured.refunded_minor == 700
    assert Source.objects.get().amount_refunded == 7
    assert reconcile()[0] == 0


def test_what_was_found_is_on_the_page_for_staff(captured: PaymentAttempt, staff: User) -> None:
    PaymentAttempt.objects.update(refunded_minor=1)
    reconcile()

    page = signed_in(staff).get(reverse("dashboard:payment-list")).content.decode()

    assert "paid back here 1, at Stripe 0" in page


def test_what_was_held_and_never_taken_does_not_count_as_paid_back(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    with stripe.store.lock:
        [intent] = stripe.store.all("payment_intent")
        intents.capture(stripe.store, intent, 4000)

    status, said = reconcile()

    paid.refresh_from_db()
    assert (status, paid.captured_minor, paid.refunded_minor) == (0, 4000, 0), said
