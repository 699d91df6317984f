"""Cancelling, paying back, sending and importing at the same moment: each once, or one of them."""

from __future__ import annotations

import pytest
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord
from oscar.apps.payment.models import Source

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.order.processing import EventHandler
from shop.payments.life_cycles import RefundReason, RefundStatus, Status
from shop.payments.models import PaymentAttempt, Refund, StripeOperation
from shop.payments.refunds import TooMuch, Wanted
from shop.prescriptions import supply_ledger
from shop.prescriptions.models import Authorisation, Event, Prescription, Supply
from shop.prescriptions.statuses import Action
from shop.prescriptions.supply_ledger import AlreadyGivenBack
from shop.settling import refunding
from shop.settling.imports import bring_in_refunds
from shop.settling.settle import settle, settle_quietly
from tests.conftest import pack_of
from tests.dispensed import made_ready
from tests.settling.test_races import at_once, paid_attempt

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def attempt(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    attempt = paid_attempt(approved.user, pack_of(medicine, 10, 60))
    return settle(attempt)


def amounts_at_stripe(stripe: Emulator) -> list[int]:
    return sorted(refund["amount"] for refund in stripe.store.all("refund"))


def test_tablets_given_back_by_four_at_once_are_given_back_once(
    attempt: PaymentAttempt, staff: User
) -> None:
    supplies = [Supply.objects.get() for _ in range(4)]

    results = at_once(
        *(
            lambda each=each: supply_ledger.give_back(each, by=staff, note="test")
            for each in supplies
        )
    )

    assert sum(isinstance(result, AlreadyGivenBack) for result in results) == 3
    assert Authorisation.objects.get().units_supplied == 0
    assert Event.objects.filter(action=Action.GIVE_BACK).count() == 1


def test_of_two_staff_who_pay_back_the_rest_one_does(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    def pay_back() -> Refund:
        own = PaymentAttempt.objects.get()
        return refunding.refund(own, Wanted(3000, RefundReason.DAMAGED), by=staff)

    results = at_once(pay_back, pay_back, pay_back)

    assert sum(isinstance(result, TooMuch) for result in results) == 2
    attempt.refresh_from_db()
    settle(attempt)
    assert (attempt.refunded_minor, amounts_at_stripe(stripe)) == (3000, [3000])
    assert Source.objects.get().amount_refunded == 30


def test_an_order_cancelled_by_three_at_once_is_paid_back_once(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    orders = [Order.objects.get() for _ in range(3)]

    results = at_once(
        *(lambda each=each: refunding.cancel(each, by=staff, note="test") for each in orders)
    )

    settle(attempt)
    assert sum(isinstance(result, InvalidOrderStatus) for result in results) == 2
    assert amounts_at_stripe(stripe) == [4090]
    assert Authorisation.objects.get().units_supplied == 0
    assert StockRecord.objects.get(partner_sku="BAC10-60").num_allocated == 0


def test_an_order_is_either_cancelled_or_sent(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    made_ready(Order.objects.get())
    first, second = Order.objects.get(), Order.objects.get()

    at_once(
        lambda: refunding.cancel(first, by=staff, note="test"),
        lambda: EventHandler(user=staff).handle_order_status_change(second, "Dispatched"),
    )

    settle(attempt)
    is_sent = Order.objects.get().status == "Dispatched"
    assert amounts_at_stripe(stripe) == ([] if is_sent else [4090])
    assert Authorisation.objects.get().units_supplied == (60 if is_sent else 0)
    stock = StockRecord.objects.get(partner_sku="BAC10-60")
    assert (stock.num_in_stock, stock.num_allocated) == ((4, 0) if is_sent else (5, 0))


def test_cancelling_while_the_card_is_being_charged_leaves_no_money_behind(
    approved: Prescription, medicine: Product, staff: User, stripe: Emulator
) -> None:
    attempt = paid_attempt(approved.user, pack_of(medicine, 10, 60))
    stripe.faults.add(Fault(path="/v1/payment_intents/*/capture"))
    settle_quietly(attempt)
    same = PaymentAttempt.objects.get()

    at_once(
        lambda: settle(same),
        lambda: refunding.cancel(Order.objects.get(), by=staff, note="test"),
    )

    settle(attempt)
    [charge] = stripe.store.all("charge")
    assert charge["amount_refunded"] == charge["amount"]
    assert attempt.status in (Status.VOIDED, Status.REFUNDED)
    assert attempt.captured_minor == attempt.refunded_minor
    assert Authorisation.objects.get().units_supplied == 0


def test_the_same_refund_run_by_four_at_once_is_made_once(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/refunds"))
    refunding.refund(attempt, Wanted(1000, RefundReason.DAMAGED), by=staff)
    assert Refund.objects.get().status == RefundStatus.REQUESTED

    at_once(*(lambda: settle_quietly(PaymentAttempt.objects.get()) for _ in range(4)))

    settle(attempt)
    assert amounts_at_stripe(stripe) == [1000]
    assert Source.objects.get().amount_refunded == 10
    assert not StripeOperation.objects.filter(done_at__isnull=True).exists()


def test_a_refund_and_the_import_of_it_at_once_count_it_once(
    attempt: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/refunds", when="after"))
    refunding.refund(attempt, Wanted(1000, RefundReason.DAMAGED), by=staff)

    at_once(
        lambda: settle_quietly(PaymentAttempt.objects.get()),
        lambda: bring_in_refunds(PaymentAttempt.objects.get()),
        lambda: bring_in_refunds(PaymentAttempt.objects.get()),
    )

    attempt.refresh_from_db()
    assert (Refund.objects.count(), attempt.refunded_minor) == (1, 1000)
    assert Source.objects.get().amount_refunded == 10
