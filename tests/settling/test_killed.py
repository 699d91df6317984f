"""A shop process dies by SIGKILL in the middle; what the next one finds, and makes of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord
from oscar.apps.payment.models import Source

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription
from shop.settling.settle import settle
from tests.conftest import basket_with, pack_of
from tests.killing import run_until_killed
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

both_sides = pytest.mark.parametrize("when", ["before", "after"])


def killed(when: str, at: str, stripe: Emulator, do: str, argument: int) -> None:
    """Let another process do something, and see it die there."""
    module, _, function = at.rpartition(".")
    scenario = f"tests.settling.killed:{do}"
    target = f"{module}:{function}"
    run_until_killed(scenario, stripe.base_url, str(argument), target=target, when=when)


@pytest.fixture
def paid(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    """Authorised at the card page; the shop has not looked yet."""
    attempt, url = open_card_page(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60))
    )
    pay_by_card(url)
    return attempt


@pytest.fixture
def captured(paid: PaymentAttempt) -> PaymentAttempt:
    return settle(paid)


def tidied(attempt: PaymentAttempt) -> PaymentAttempt:
    """The attempt after the command that cron runs, twice."""
    call_command("finish_pending")
    call_command("finish_pending")
    attempt.refresh_from_db()
    return attempt


def assert_ordered_once(attempt: PaymentAttempt, stripe: Emulator) -> None:
    order = Order.objects.get()
    source = Source.objects.get()
    assert (attempt.status, attempt.order) == (Status.CAPTURED, order)
    assert intent_statuses(stripe) == ["succeeded"]
    assert source.amount_debited == order.total_incl_tax == Decimal("40.90")
    assert Authorisation.objects.get().units_supplied == 60
    assert StockRecord.objects.get(partner_sku="BAC10-60").num_allocated == 1


def assert_nothing_is_ordered(stripe: Emulator) -> None:
    assert intent_statuses(stripe) == ["canceled"]
    assert Authorisation.objects.get().units_supplied == 0
    assert not StockRecord.objects.filter(num_allocated__gt=0).exists()


@pytest.mark.parametrize("at", ["shop.placing.orders.place", "shop.payments.attempts.queue"])
def test_killed_between_authorisation_and_order_the_order_is_placed_and_charged_once(
    at: str, paid: PaymentAttempt, stripe: Emulator
) -> None:
    killed("after", at, stripe, "settle_it", paid.pk)
    assert not Order.objects.exists()
    assert intent_statuses(stripe) == ["requires_capture"]

    assert_ordered_once(tidied(paid), stripe)


@both_sides
def test_killed_between_order_and_capture_the_card_is_charged_once(
    when: str, paid: PaymentAttempt, stripe: Emulator
) -> None:
    killed(when, "shop.payments.gateway.capture", stripe, "settle_it", paid.pk)
    assert Order.objects.count() == 1
    assert Source.objects.get().amount_debited == 0

    assert_ordered_once(tidied(paid), stripe)


@both_sides
def test_killed_during_the_release_the_authorisation_is_released_and_nothing_ordered(
    when: str, paid: PaymentAttempt, approved: Prescription, pharmacist: User, stripe: Emulator
) -> None:
    services.withdraw(approved, by=pharmacist, message="Call us")
    killed(when, "shop.payments.gateway.cancel", stripe, "settle_it", paid.pk)

    assert tidied(paid).status == Status.VOIDED
    assert_nothing_is_ordered(stripe)
    assert not Order.objects.exists()


@both_sides
def test_killed_during_a_refund_the_money_goes_back_once(
    when: str, captured: PaymentAttempt, stripe: Emulator
) -> None:
    killed(when, "shop.payments.gateway.refund", stripe, "refund_it", captured.pk)

    assert tidied(captured).status == Status.PART_REFUNDED
    assert [refund["amount"] for refund in stripe.store.all("refund")] == [1000]
    assert Source.objects.get().amount_refunded == Decimal("10.00")


@both_sides
def test_killed_during_a_cancellation_all_the_money_goes_back_once(
    when: str, captured: PaymentAttempt, stripe: Emulator
) -> None:
    killed(when, "shop.payments.gateway.refund", stripe, "cancel_it", captured.order_id or 0)

    assert tidied(captured).status == Status.REFUNDED
    assert [refund["amount"] for refund in stripe.store.all("refund")] == [4090]
    assert Order.objects.get().status == "Cancelled"
    assert Authorisation.objects.get().units_supplied == 0


def test_killed_before_the_cancellation_is_written_the_order_stands(
    captured: PaymentAttempt, stripe: Emulator
) -> None:
    at = "shop.payments.refunds.give_all_back"
    killed("after", at, stripe, "cancel_it", captured.order_id or 0)

    assert_ordered_once(tidied(captured), stripe)


@both_sides
def test_killed_while_a_card_page_opens_the_next_click_pays_once(
    when: str, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    killed(when, "shop.payments.gateway.open_card_page", stripe, "open_page", basket.pk)

    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)

    assert_ordered_once(tidied(attempt), stripe)
    assert len(stripe.store.all("checkout.session")) == 1
