"""An order that has not left is cancelled: money, stock and tablets go back, each once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
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
from shop.payments.models import PaymentAttempt, Refund
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.prescriptions.statuses import Action
from shop.prescriptions.statuses import Status as PrescriptionStatus
from shop.settling import refunding
from shop.settling.settle import settle, settle_quietly
from tests.conftest import basket_with, pack_of
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card

CAPTURE = "/v1/payment_intents/*/capture"


@pytest.fixture
def paid(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    """Paid at the card page; nobody has looked yet."""
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return attempt


@pytest.fixture
def order(paid: PaymentAttempt) -> Order:
    settle(paid)
    return Order.objects.get()


@pytest.fixture
def uncaptured(paid: PaymentAttempt, stripe: Emulator) -> Order:
    """Placed; Stripe did not answer when the money was to be taken."""
    stripe.faults.add(Fault(path=CAPTURE))
    settle_quietly(paid)
    return Order.objects.get()


def cancel(order: Order, staff: User) -> PaymentAttempt:
    attempt = refunding.cancel(order, by=staff, note="The customer called")
    attempt.refresh_from_db()
    return attempt


def everything_is_back() -> bool:
    """No tablets, no stock and no money are with this order any more."""
    return (
        not Authorisation.objects.filter(units_supplied__gt=0).exists()
        and not StockRecord.objects.filter(num_allocated__gt=0).exists()
        and all(source.amount_debited == source.amount_refunded for source in Source.objects.all())
        and Order.objects.get().status == "Cancelled"
        and all(line.status == "Cancelled" for line in Order.objects.get().lines.all())
    )


def test_a_cancelled_order_gives_everything_back(
    order: Order, staff: User, stripe: Emulator
) -> None:
    attempt = cancel(order, staff)

    assert everything_is_back()
    assert attempt.status == Status.REFUNDED
    [charge] = stripe.store.all("charge")
    assert (charge["amount_refunded"], charge["refunded"]) == (4090, True)


def test_an_order_on_the_packing_table_can_still_be_cancelled(order: Order, staff: User) -> None:
    EventHandler(user=staff).handle_order_status_change(order, "Dispensing")

    cancel(order, staff)

    assert everything_is_back()


@pytest.mark.parametrize("status", ["Dispatched", "Complete", "Cancelled"])
def test_an_order_that_left_or_was_cancelled_is_not_cancelled(
    status: str, order: Order, staff: User, stripe: Emulator
) -> None:
    Order.objects.update(status=status)
    order.refresh_from_db()

    with pytest.raises(InvalidOrderStatus):
        cancel(order, staff)

    assert Authorisation.objects.get().units_supplied == 60
    assert not Refund.objects.exists()


def test_the_history_of_the_prescription_says_who_gave_tablets_back(
    order: Order, staff: User, approved: Prescription
) -> None:
    cancel(order, staff)

    event = approved.events.get(action=Action.GIVE_BACK)
    assert (event.by, event.note) == (staff, f"60 × 10 mg: order {order.number}")
    assert Supply.objects.get().returned_at is not None


def test_the_same_prescription_covers_another_order_afterwards(
    order: Order, staff: User, approved: Prescription, medicine: Product
) -> None:
    cancel(order, staff)
    attempt, url = open_card_page(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60))
    )
    pay_by_card(url)

    settle(attempt)

    assert attempt.status == Status.CAPTURED


def test_an_order_whose_prescription_was_withdrawn_is_cancelled_and_stays_withdrawn(
    order: Order, staff: User, approved: Prescription, pharmacist: User
) -> None:
    approved.refresh_from_db()
    services.withdraw(approved, by=pharmacist, message="Call us")

    cancel(order, staff)

    approved.refresh_from_db()
    assert everything_is_back()
    assert approved.status == PrescriptionStatus.WITHDRAWN


def test_before_the_card_was_charged_the_authorisation_is_released_instead(
    uncaptured: Order, staff: User, stripe: Emulator
) -> None:
    attempt = cancel(uncaptured, staff)

    assert everything_is_back()
    assert (attempt.status, intent_statuses(stripe)) == (Status.VOIDED, ["canceled"])
    assert not Refund.objects.exists()


def test_a_charge_that_happened_unseen_is_paid_back_when_the_order_is_cancelled(
    paid: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path=CAPTURE, when="after"))
    settle_quietly(paid)

    attempt = cancel(Order.objects.get(), staff)

    assert everything_is_back()
    assert attempt.status == Status.REFUNDED
    assert stripe.store.all("charge")[0]["amount_refunded"] == 4090


def test_while_stripe_is_down_the_order_is_cancelled_and_the_money_goes_later(
    order: Order, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/refunds", times=2))
    attempt = cancel(order, staff)
    assert (Order.objects.get().status, attempt.status) == ("Cancelled", Status.CAPTURED)
    assert Refund.objects.get().status == RefundStatus.REQUESTED

    assert not settle_quietly(attempt)
    settle(attempt)

    assert everything_is_back()
    assert len(stripe.store.all("refund")) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_refund_that_got_no_answer_is_made_once(
    when: Any, order: Order, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/refunds", when=when))
    attempt = cancel(order, staff)

    settle(attempt)
    settle(attempt)

    assert everything_is_back()
    assert [refund["amount"] for refund in stripe.store.all("refund")] == [4090]


def test_what_was_paid_back_before_is_not_paid_back_again(
    order: Order, staff: User, stripe: Emulator
) -> None:
    wanted = refunding.Wanted(1000, RefundReason.PRICE_ERROR)
    refunding.refund(order.payment_attempt, wanted, by=staff)

    attempt = cancel(order, staff)

    assert attempt.status == Status.REFUNDED
    assert [refund["amount"] for refund in stripe.store.all("refund")] == [1000, 3090]


def test_a_hold_that_lapsed_before_the_charge_cancels_the_order(
    uncaptured: Order, paid: PaymentAttempt, approved: Prescription, stripe: Emulator
) -> None:
    stripe.advance_clock(8 * 24 * 60 * 60)

    settle(paid)

    assert paid.status == Status.CAPTURE_FAILED
    assert everything_is_back()
    assert "automatic" in uncaptured.notes.get().message
    assert approved.events.filter(action=Action.GIVE_BACK).count() == 1


def test_a_charge_released_at_stripes_own_dashboard_cancels_the_order(
    uncaptured: Order, paid: PaymentAttempt, stripe: Emulator
) -> None:
    intent = stripe.store.all("payment_intent")[0]
    with stripe.store.lock:
        from shop.demo.stripe import intents

        intents.cancel(stripe.store, intent, reason="abandoned")

    settle(paid)

    assert paid.status == Status.CAPTURE_FAILED
    assert everything_is_back()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["staff", "lapsed"])
def test_the_customer_is_told_and_no_medicine_is_named(
    how: str, paid: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path=CAPTURE))
    settle_quietly(paid)
    mail.outbox.clear()

    if how == "staff":
        cancel(Order.objects.get(), staff)
    else:
        stripe.advance_clock(8 * 24 * 60 * 60)
        settle(paid)

    [message] = [each for each in mail.outbox if each.to == [paid.user.email]]
    assert Order.objects.get().number in message.subject
    assert "cancelled" in message.subject
    assert "baclofen" not in (message.body + message.alternatives[0].content).lower()


def test_a_mail_server_that_is_down_does_not_undo_the_cancellation(
    order: Order, staff: User, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    cancel(order, staff)

    assert everything_is_back()


@pytest.mark.parametrize(
    "interrupted",
    ["shop.prescriptions.supply_ledger.give_back", "shop.payments.refunds.give_all_back"],
)
def test_a_cancellation_is_whole_or_not_at_all(
    interrupted: str,
    order: Order,
    staff: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("interrupted")

    monkeypatch.setattr(interrupted, fail)
    with pytest.raises(RuntimeError):
        cancel(order, staff)

    assert Order.objects.get().status == "Paid"
    assert Authorisation.objects.get().units_supplied == 60
    assert StockRecord.objects.get(partner_sku="BAC10-60").num_allocated == 1
    assert Source.objects.get().amount_refunded == Decimal(0)
