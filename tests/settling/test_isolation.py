"""What goes wrong with one payment stops no other, is counted, and comes to a person."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments import gateway
from shop.payments.life_cycles import RefundReason, RefundStatus, Review, Status
from shop.payments.models import PaymentAttempt, Reconciliation, Refund, StripeEvent
from shop.payments.refunds import Wanted
from shop.placing import orders
from shop.prescriptions.models import Prescription
from shop.settling import events, refunding
from shop.settling.settle import settle, settle_quietly
from tests.conftest import approve, basket_with, pack_of, signed_in
from tests.settling.paying import open_card_page, pay_by_card
from tests.settling.test_reconcile import posts, reconcile, refund_at_stripe


def pay_for(prescription: Prescription, medicine: Product) -> PaymentAttempt:
    basket = basket_with(prescription.user, pack_of(medicine, 10, 30))
    attempt, url = open_card_page(prescription.user, basket)
    pay_by_card(url)
    return attempt


@pytest.fixture
def two(
    prescription: Prescription, medicine: Product, pharmacist: User, stripe: Emulator
) -> tuple[PaymentAttempt, PaymentAttempt]:
    """Two carts of thirty tablets, both paid at the card page; nobody has looked."""
    approve(prescription, medicine, by=pharmacist, units_a_day=Fraction(3))
    return pay_for(prescription, medicine), pay_for(prescription, medicine)


@pytest.fixture
def one(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    return pay_for(approved, medicine)


def break_the_order_of(attempt: PaymentAttempt, monkeypatch: pytest.MonkeyPatch) -> None:
    place = orders.place

    def stumble(held: PaymentAttempt, **facts: Any) -> Any:
        if held.pk == attempt.pk:
            raise AttributeError("capture_before")
        return place(held, **facts)

    monkeypatch.setattr(orders, "place", stumble)


def finish_pending() -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("finish_pending", stdout=out, stderr=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.mark.parametrize("command", [finish_pending, reconcile])
@pytest.mark.parametrize("broken", [0, 1])
def test_a_payment_that_raises_stops_no_payment_behind_it(
    broken: int,
    command: Callable[[], tuple[int, str]],
    two: tuple[PaymentAttempt, PaymentAttempt],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_the_order_of(two[broken], monkeypatch)

    status, _ = command()

    for attempt in two:
        attempt.refresh_from_db()
    assert status == 1
    assert two[1 - broken].status == Status.CAPTURED
    assert (two[broken].status, two[broken].stumbles > 0) == (Status.SESSION_OPEN, True)


def test_a_payment_that_raises_three_times_in_a_row_comes_to_a_person_and_heals(
    one: PaymentAttempt, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        break_the_order_of(one, patch)
        for _ in range(2):
            assert not settle_quietly(one)
        assert not PaymentAttempt.objects.needing_a_look().exists()
        assert not settle_quietly(one)

        page = signed_in(staff).get(reverse("dashboard:payment-list")).content.decode()
        assert str(Review.STUMBLED.label) in page
        assert "AttributeError" in page

    assert settle_quietly(one)
    one.refresh_from_db()
    assert (one.status, one.stumbles, one.review) == (Status.CAPTURED, 0, "")
    assert not PaymentAttempt.objects.needing_a_look().exists()


def test_an_event_that_raises_stops_no_event_behind_it(
    two: tuple[PaymentAttempt, PaymentAttempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_the_order_of(two[0], monkeypatch)

    taken = [events.take(notice) for notice in gateway.list_events(None).read]

    two[1].refresh_from_db()
    assert (taken.count(True) > 0, taken.count(False) > 0) == (True, True)
    assert two[1].status == Status.CAPTURED
    failed = StripeEvent.objects.filter(processed_at__isnull=True)
    assert {event.error for event in failed} == {"AttributeError, see the log"}


def test_events_behind_one_that_cannot_be_acted_on_are_taken_in_and_the_cursor_waits(
    two: tuple[PaymentAttempt, PaymentAttempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_the_order_of(two[0], monkeypatch)

    status, said = reconcile()

    assert status == 1
    assert "could not be acted on" in said
    assert StripeEvent.objects.filter(processed_at__isnull=False).exists()
    assert Reconciliation.objects.get().read_until is None


def test_a_payment_that_cannot_be_compared_is_said_and_hides_no_other(
    two: tuple[PaymentAttempt, PaymentAttempt], stripe: Emulator
) -> None:
    for attempt in two:
        settle(attempt)
    PaymentAttempt.objects.filter(pk=two[1].pk).update(refunded_minor=1)
    two[0].order.sources.all().delete()

    status, said = reconcile()

    assert status == 1
    assert "could not be compared (DoesNotExist, see the log)" in said
    assert "paid back here 1, at Stripe 0" in said


def spoil(stripe: Emulator, kind: str, key: str) -> None:
    """Let Stripe's answers about a kind of object lack something."""
    with stripe.store.lock:
        for each in stripe.store.all(kind):
            each.pop(key, None)


@pytest.fixture
def unchecked_stripe(stripe: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """A Stripe that may answer what its document does not allow."""
    for check in ("check_reply", "check_event"):
        monkeypatch.setattr(f"tests.conftest.{check}", lambda *_: None)
    return stripe


def test_an_answer_without_its_amount_stops_that_payment_alone_and_comes_to_a_person(
    two: tuple[PaymentAttempt, PaymentAttempt], unchecked_stripe: Emulator
) -> None:
    with unchecked_stripe.store.lock:
        [broken] = [
            intent
            for intent in unchecked_stripe.store.all("payment_intent")
            if intent["metadata"]["reference"] == str(two[0].reference)
        ]
        amount = broken.pop("amount")

    for _ in range(3):
        assert finish_pending()[0] == 1

    two[0].refresh_from_db()
    two[1].refresh_from_db()
    assert (two[0].status, two[0].review) == (Status.SESSION_OPEN, Review.STUMBLED)
    assert two[0].stumbled_over.endswith("Stripe's answer has no amount")
    assert two[1].status == Status.CAPTURED
    assert not posts(unchecked_stripe, "/cancel")

    broken["amount"] = amount
    assert finish_pending()[0] == 0
    two[0].refresh_from_db()
    assert (two[0].status, two[0].review) == (Status.CAPTURED, "")


def test_a_capture_whose_answer_has_no_sum_is_looked_up_and_made_once(
    one: PaymentAttempt, unchecked_stripe: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable = gateway.NotUnderstood("pi_1: Stripe's answer has no amount_received")

    def take_and_say_nothing(intent_id: str, *, idempotency_key: str) -> int:
        capture(intent_id, idempotency_key=idempotency_key)
        raise unreadable

    capture = gateway.capture
    monkeypatch.setattr(gateway, "capture", take_and_say_nothing)

    settle(one)

    assert (one.status, one.captured_minor) == (Status.CAPTURED, one.amount_minor)
    assert len(posts(unchecked_stripe, "/capture")) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "does not take the shop's key"), (403, "it lacks the permission rak_")],
)
def test_a_key_that_is_refused_is_said_in_plain_words_and_blamed_on_no_payment(
    status: int, words: str, one: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/*", status=status, times=99))

    for _ in range(4):
        result, said = reconcile()

    one.refresh_from_db()
    page = signed_in(staff).get(reverse("dashboard:payment-list")).content.decode()
    assert (result, words in said) == (1, True)
    assert words.replace("'", "&#x27;") in page
    assert "could not be reached" not in said
    assert (one.status, one.stumbles) == (Status.SESSION_OPEN, 0)
    stripe.faults.clear()
    assert reconcile()[0] == 0
    assert Order.objects.count() == 1


def test_a_missing_permission_for_one_thing_stops_only_that(
    one: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    settle(one)
    stripe.faults.add(Fault(path="/v1/refunds", status=403, times=99))

    refund = refunding.refund(one, Wanted(100, RefundReason.DAMAGED), by=staff)
    status, said = reconcile()

    assert refund.status == RefundStatus.REQUESTED
    assert (status, "it lacks the permission" in said) == (1, True)
    stripe.faults.clear()
    assert reconcile()[0] == 0
    assert Refund.objects.get().status == RefundStatus.SUCCEEDED


def test_without_the_list_of_events_payments_are_settled_and_compared(
    one: PaymentAttempt, stripe: Emulator
) -> None:
    settle(one)
    PaymentAttempt.objects.update(refunded_minor=1)
    stripe.faults.add(Fault(path="/v1/events", status=403, times=99))

    status, said = reconcile()

    assert status == 1
    assert "it lacks the permission" in said
    assert "paid back here 1, at Stripe 0" in said


def test_a_key_used_for_another_request_is_changed_and_the_charge_made_once(
    one: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/payment_intents/*/capture"))
    settle_quietly(one)
    operation = one.operations.get()
    with stripe._api._keys._lock:  # noqa: SLF001 as if the key had been used for something else
        stripe._api._keys._uses.clear()  # noqa: SLF001
    stripe._api._keys.claim(str(operation.idempotency_key), "something else")  # noqa: SLF001

    assert not settle_quietly(one)
    settle(one)

    assert one.status == Status.CAPTURED
    assert one.operations.get().idempotency_key != operation.idempotency_key
    assert not one.refunds.exists()


def test_a_status_of_a_refund_that_nobody_knows_is_kept_shown_and_ends_well(
    one: PaymentAttempt, staff: User, unchecked_stripe: Emulator
) -> None:
    settle(one)
    refund_at_stripe(unchecked_stripe, 700)
    with unchecked_stripe.store.lock:
        [refund] = unchecked_stripe.store.all("refund")
        refund["status"] = "held_by_the_moon"

    assert refunding.look_again(one)

    seen = Refund.objects.get()
    one.refresh_from_db()
    page = signed_in(staff).get(reverse("dashboard:payment-list")).content.decode()
    assert (seen.status, seen.unknown_word) == (RefundStatus.PENDING, "held_by_the_moon")
    assert one.refunded_minor == 700
    assert "held_by_the_moon" in page

    refund["status"] = "succeeded"
    assert refunding.look_again(one)
    seen.refresh_from_db()
    assert (seen.status, seen.unknown_word) == (RefundStatus.SUCCEEDED, "")
    assert not PaymentAttempt.objects.needing_a_look().exists()
