"""Parts of the money go back, or all of it; never more than was taken."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord
from oscar.apps.payment.models import Source

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.order.processing import EventHandler, InvalidOrderStatus
from shop.payments import attempts, refunds
from shop.payments.facts import StripeRefund
from shop.payments.life_cycles import RefundReason, RefundStatus, Review, Status
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.refunds import AlreadyAsked, TooMuch, Wanted
from shop.prescriptions.models import Authorisation, Prescription
from shop.settling import refunding
from shop.settling.imports import bring_in_refunds
from shop.settling.refunding import TooManyPacks
from shop.settling.settle import settle, settle_quietly
from tests.conftest import basket_with, pack_of
from tests.settling.paying import open_card_page, pay_by_card

CUSTOMER = RefundReason.CUSTOMER


@pytest.fixture
def attempt(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    """A paid order of two packs of 30, USD 40.90 with delivery."""
    basket = basket_with(approved.user, pack_of(medicine, 10, 30), quantity=2)
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    settle(attempt)
    return attempt


def refund(attempt: PaymentAttempt, amount_minor: int, by: User, **more: Any) -> Refund:
    made = refunding.refund(attempt, Wanted(amount_minor, CUSTOMER, **more), by=by)
    attempt.refresh_from_db()
    return made


def at_stripe(stripe: Emulator) -> list[int]:
    return [refund["amount"] for refund in stripe.store.all("refund")]


def test_a_part_goes_back_and_shows_in_every_book(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    line = attempt.order.lines.get()

    made = refund(attempt, 1800, staff, lines=((line, 1),))

    assert (made.status, attempt.status) == (RefundStatus.SUCCEEDED, Status.PART_REFUNDED)
    assert at_stripe(stripe) == [1800]
    source = Source.objects.get()
    assert (source.amount_refunded, source.amount_debited) == (Decimal("18.00"), Decimal("40.90"))
    transaction_ = source.transactions.get(txn_type="Refund")
    assert (transaction_.amount, transaction_.reference) == (Decimal("18.00"), made.stripe_id)
    event = attempt.order.payment_events.get(event_type__name="Refunded")
    assert (event.amount, event.line_quantities.get().quantity) == (Decimal("18.00"), 1)


def test_a_refund_gives_back_neither_tablets_nor_stock(
    attempt: PaymentAttempt, staff: User
) -> None:
    refund(attempt, 1800, staff, lines=((attempt.order.lines.get(), 1),))

    assert Authorisation.objects.get().units_supplied == 60
    assert StockRecord.objects.get(partner_sku="BAC10-30").num_allocated == 2


def test_several_parts_make_the_whole(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    for amount in (1000, 90, 3000):
        refund(attempt, amount, staff)

    assert (attempt.status, attempt.left_minor) == (Status.REFUNDED, 0)
    assert at_stripe(stripe) == [1000, 90, 3000]
    assert Source.objects.get().amount_refunded == Decimal("40.90")


def test_more_than_is_left_is_refused_and_never_asked_of_stripe(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    refund(attempt, 4000, staff)

    with pytest.raises(TooMuch) as refused:
        refund(attempt, 91, staff)

    assert refused.value.left_minor == 90
    assert at_stripe(stripe) == [4000]


def test_the_database_itself_refuses_more_back_than_was_taken(attempt: PaymentAttempt) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentAttempt.objects.update(refunded_minor=4091)


def test_no_pack_is_paid_back_twice(attempt: PaymentAttempt, staff: User) -> None:
    line = attempt.order.lines.get()
    refund(attempt, 1800, staff, lines=((line, 1),))

    with pytest.raises(TooManyPacks) as refused:
        refund(attempt, 1800, staff, lines=((line, 2),))

    assert refused.value.left == 1
    assert attempt.refunds.count() == 1


def test_a_double_click_pays_back_once(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    form = uuid.uuid4()
    refund(attempt, 1000, staff, reference=form)

    with pytest.raises(AlreadyAsked):
        refund(attempt, 1000, staff, reference=form)

    assert at_stripe(stripe) == [1000]


def test_nothing_is_paid_back_of_money_that_was_not_taken(
    approved: Prescription, medicine: Product, staff: User, stripe: Emulator
) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    stripe.faults.add(Fault(path="/v1/payment_intents/*/capture"))
    settle_quietly(attempt)

    with pytest.raises(TooMuch):
        refund(attempt, 100, staff)

    assert at_stripe(stripe) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(path="/v1/refunds"),
        Fault(path="/v1/refunds", when="after"),
        Fault(path="/v1/refunds", status=429),
        Fault(path="/v1/refunds", status=409),
        Fault(path="/v1/refunds", status=500),
        Fault(path="/v1/refunds", status=500, when="after"),
        Fault(path="/v1/refunds", status=503, when="after"),
    ],
    ids=["down", "no answer", "rate limit", "conflict", "500", "500 after", "503 after"],
)
def test_a_refund_that_stripe_did_not_confirm_is_made_once_in_the_end(
    fault: Fault, attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(**vars(fault)))
    made = refund(attempt, 1000, staff)
    assert (made.status, attempt.left_minor) == (RefundStatus.REQUESTED, 3090)

    settle_quietly(attempt)
    settle_quietly(attempt)
    settle(attempt)

    made.refresh_from_db()
    attempt.refresh_from_db()
    assert (made.status, at_stripe(stripe)) == (RefundStatus.SUCCEEDED, [1000])
    assert (attempt.status, attempt.refunded_minor) == (Status.PART_REFUNDED, 1000)


def test_a_refund_stripe_refuses_is_shown_as_failed_and_can_be_tried_again(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/refunds", status=400))

    made = refund(attempt, 4090, staff)

    assert (made.status, attempt.status) == (RefundStatus.FAILED, Status.CAPTURED)
    assert "Refused on demand" in made.failure
    assert refund(attempt, 4090, staff).status == RefundStatus.SUCCEEDED


def test_a_refund_made_at_stripe_is_taken_over_once(
    attempt: PaymentAttempt, stripe: Emulator
) -> None:
    refund_at_stripe(stripe, 500)

    for _ in range(3):
        bring_in_refunds(attempt)

    attempt.refresh_from_db()
    made = Refund.objects.get()
    assert (made.reason, made.amount_minor) == (RefundReason.AT_STRIPE, 500)
    assert (attempt.status, attempt.refunded_minor) == (Status.PART_REFUNDED, 500)
    assert Source.objects.get().amount_refunded == Decimal("5.00")


def refund_at_stripe(stripe: Emulator, amount: int) -> None:
    """A person refunds at Stripe's own dashboard."""
    from shop.demo.stripe import refunds as books

    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        books.create(stripe.store, charge, {"amount": amount, "reason": None, "metadata": {}})


def test_a_refund_made_at_stripe_leaves_that_much_less(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    refund_at_stripe(stripe, 4000)

    refused = refund(attempt, 4090, staff)

    assert refused.status == RefundStatus.FAILED
    assert (attempt.refunded_minor, attempt.left_minor) == (4000, 90)
    assert at_stripe(stripe) == [4000]


def seen(status: str, *, failure: str = "") -> StripeRefund:
    return StripeRefund("re_1", 1000, status, "", failure)


@pytest.mark.parametrize(
    "order_of_news",
    [
        ("pending", "succeeded", "failed"),
        ("failed", "succeeded", "pending"),
        ("succeeded", "failed", "pending", "failed"),
        ("requires_action", "failed", "succeeded"),
    ],
)
def test_a_refund_that_failed_at_the_bank_counts_as_not_made_whatever_order_the_news_come_in(
    order_of_news: tuple[str, ...], attempt: PaymentAttempt
) -> None:
    for status in order_of_news:
        with transaction.atomic():
            refunds.record(attempts.lock(attempt), seen(status))

    attempt.refresh_from_db()
    assert Refund.objects.get().status == RefundStatus.FAILED
    assert (attempt.status, attempt.refunded_minor) == (Status.CAPTURED, 0)
    source = Source.objects.get()
    assert source.amount_refunded == 0
    assert sum(each.amount for each in source.transactions.filter(txn_type="Refund")) == 0


def test_money_on_its_way_cannot_be_paid_back_a_second_time(
    attempt: PaymentAttempt, staff: User
) -> None:
    with transaction.atomic():
        refunds.record(attempts.lock(attempt), seen("pending"))

    with pytest.raises(TooMuch):
        refund(attempt, 3091, staff)


def test_an_order_whose_money_all_went_back_ends(attempt: PaymentAttempt, staff: User) -> None:
    refund(attempt, 4090, staff)

    assert Order.objects.get().status == "Cancelled"
    with pytest.raises(InvalidOrderStatus):
        EventHandler(user=staff).handle_order_status_change(attempt.order, "Dispensing")


def test_an_order_that_was_partly_paid_back_may_leave(attempt: PaymentAttempt, staff: User) -> None:
    refund(attempt, 500, staff)

    EventHandler(user=staff).handle_order_status_change(attempt.order, "Dispensing")

    assert Order.objects.get().status == "Dispensing"


def test_money_taken_without_an_order_goes_back_by_itself(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    capture_at_stripe(stripe)
    StockRecord.objects.update(num_in_stock=0)

    settle(attempt)

    assert (attempt.status, attempt.failure) == (Status.REFUNDED, "out_of_stock")
    assert at_stripe(stripe) == [4090]
    assert not Order.objects.exists()


def capture_at_stripe(stripe: Emulator, amount: int | None = None) -> None:
    """A person captures at Stripe's own dashboard."""
    from shop.demo.stripe import intents

    with stripe.store.lock:
        [intent] = stripe.store.all("payment_intent")
        intents.capture(stripe.store, intent, amount)


def test_money_taken_at_stripes_own_dashboard_still_makes_an_order(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    capture_at_stripe(stripe)

    settle(attempt)

    assert (attempt.status, attempt.captured_minor) == (Status.CAPTURED, 4090)


def test_another_amount_taken_needs_a_look_and_the_order_stays(
    approved: Prescription, medicine: Product, staff: User, stripe: Emulator
) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    capture_at_stripe(stripe, 4000)

    settle(attempt)

    assert (attempt.status, attempt.review) == (Status.NEEDS_REVIEW, Review.OTHER_AMOUNT)
    assert Source.objects.get().amount_debited == Decimal("40.00")
    with pytest.raises(InvalidOrderStatus):
        EventHandler(user=staff).handle_order_status_change(attempt.order, "Dispensing")
    refunding.cancel(attempt.order, by=staff, note="Wrong amount")
    bring_in_refunds(attempt)
    attempt.refresh_from_db()
    assert (attempt.status, attempt.refunded_minor) == (Status.REFUNDED, 4000)
