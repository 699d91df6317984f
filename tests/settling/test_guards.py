"""Guards that nothing else would miss: each of these tests fails when its guard is taken away."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import User
from shop.checkout import pay
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments import attempts, gateway
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt, Reconciliation, StripeEvent
from shop.placing import orders
from shop.placing.refusals import Reason, Refused
from shop.prescriptions import services, supply_ledger
from shop.prescriptions.models import Prescription
from shop.settling import events, operations, reconcile
from shop.settling.settle import settle, settle_quietly
from tests.conftest import basket_with, pack_of
from tests.settling.paying import open_card_page, pay_by_card

DAY_SECONDS = 24 * 60 * 60


@pytest.fixture
def at_the_page(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    attempt, _ = open_card_page(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60))
    )
    return attempt


@pytest.fixture
def paid(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return attempt


def keys_sent(stripe: Emulator, path: str) -> list[str | None]:
    return [
        request.idempotency_key
        for request in stripe.requests
        if request.method == "POST" and request.path.endswith(path)
    ]


def test_each_try_of_a_capture_carries_the_key_that_was_written_down(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/payment_intents/*/capture", status=503, times=2))
    for _ in range(2):
        settle_quietly(paid)
    settle(paid)

    key = str(paid.operations.get().idempotency_key)
    assert keys_sent(stripe, "/capture") == [key, key, key]


def test_what_two_processes_did_at_stripe_is_written_down_once(
    paid: PaymentAttempt, approved: Prescription, pharmacist: User, stripe: Emulator
) -> None:
    services.withdraw(approved, by=pharmacist, message="Call us")
    stripe.faults.add(Fault(path="/v1/payment_intents/*/cancel", status=503))
    settle_quietly(paid)
    release, seen_by_another = paid.operations.get(), paid.operations.get()

    operations.run(release)
    operations.run(seen_by_another)

    paid.refresh_from_db()
    assert paid.status == Status.VOIDED


def test_reconciling_settles_what_no_event_and_no_difference_points_to(
    at_the_page: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.advance_clock(25 * 60 * 60)
    for notice in gateway.list_events(None).read:
        StripeEvent.objects.create(
            id=notice.event_id, type=notice.type, livemode=False, processed_at=timezone.now()
        )

    reconcile.reconcile(timezone.now())

    at_the_page.refresh_from_db()
    assert at_the_page.status == Status.EXPIRED


def test_an_event_that_was_acted_on_asks_nothing_of_stripe_again(
    paid: PaymentAttempt, stripe: Emulator
) -> None:
    for notice in gateway.list_events(None).read:
        events.take(notice)
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        stripe.store.emit("charge.refunded", charge)
    [latest] = [each for each in gateway.list_events(None).read if each.type == "charge.refunded"]
    assert events.take(latest)
    stripe.requests.clear()

    assert events.take(latest)

    assert stripe.requests == []


@pytest.mark.django_db(transaction=True)
def test_attempt_and_prescription_are_held_by_locks_of_their_rows(
    monkeypatch: pytest.MonkeyPatch, paid: PaymentAttempt, approved: Prescription
) -> None:
    # A database without row locks lets it pass, so it is told that it has them.
    monkeypatch.setattr(connection.features, "has_select_for_update", True)

    with pytest.raises(TransactionManagementError, match="select_for_update"):
        attempts.lock(paid)
    with pytest.raises(TransactionManagementError, match="select_for_update"):
        supply_ledger.lock(approved)


def test_an_order_is_placed_on_the_prescription_as_it_is_then(
    paid: PaymentAttempt, approved: Prescription, pharmacist: User
) -> None:
    seen_before = paid.prescription
    services.withdraw(Prescription.objects.get(pk=approved.pk), by=pharmacist, message="Call us")

    with pytest.raises(Refused) as refused:
        orders.place(paid, intent_id="pi_1")

    assert seen_before == approved
    assert refused.value.reason == Reason.WITHDRAWN


def test_a_basket_that_is_being_paid_for_starts_no_second_attempt(
    at_the_page: PaymentAttempt,
) -> None:
    same = {
        name: getattr(at_the_page, name)
        for name in ("user", "basket", "amount_minor", "currency", "quote", "quote_hash")
    }

    with pytest.raises(attempts.AnotherAttemptIsLive):
        attempts.start(**same)

    assert PaymentAttempt.objects.count() == 1


def test_an_attempt_takes_only_steps_of_its_life_cycle(paid: PaymentAttempt) -> None:
    settle(paid)

    with pytest.raises(attempts.TransitionRefused):
        attempts.move(paid, Status.VOIDED)

    paid.refresh_from_db()
    assert paid.status == Status.CAPTURED


def test_the_cursor_of_events_never_moves_back(paid: PaymentAttempt) -> None:
    further = timezone.now() + datetime.timedelta(minutes=30)
    Reconciliation.objects.create(pk=1, read_until=further)

    reconcile.reconcile(timezone.now() - datetime.timedelta(days=8))

    assert StripeEvent.objects.exists()
    assert Reconciliation.objects.get().read_until == further


def test_a_second_card_page_is_closed_again_before_anybody_can_pay_there(
    at_the_page: PaymentAttempt, stripe: Emulator
) -> None:
    slower = PaymentAttempt.objects.get(pk=at_the_page.pk)
    slower.status = Status.CREATED
    # The key of the first page is forgotten, so the slower click gets a page of its own.
    stripe.advance_clock(DAY_SECONDS)

    with pytest.raises(attempts.AnotherAttemptIsLive):
        pay._open_page(slower)  # noqa: SLF001 the moment between two clicks

    assert len(stripe.store.all("checkout.session")) == 2
    assert [page["status"] for page in stripe.store.all("checkout.session")][1] == "expired"
