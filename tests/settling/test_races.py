"""Several people, or several clicks, at the same moment: exactly one gets through."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.accounts.models import User
from shop.basket.models import Basket
from shop.checkout.pay import AlreadyUnderWay
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.partner.strategy import Selector
from shop.patients import services as patients
from shop.patients.models import Patient
from shop.payments.answers import GatewayUnavailable
from shop.payments.attempts import AnotherAttemptIsLive
from shop.payments.life_cycles import LIVE, Status
from shop.payments.models import PaymentAttempt
from shop.placing import gate
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.statuses import Action, RefusalReason
from shop.settling.settle import settle, settle_quietly
from tests.conftest import (
    add_patient,
    approve,
    basket_with,
    make_pharmacist,
    make_user,
    pack_of,
    send_prescription,
)
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs in threads that start together; what each returned, or the error it raised."""
    barrier = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[place] = job()
        except (Exception, SystemExit) as error:  # noqa: BLE001 the test looks at what it was
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def paid_attempt(user: User, *packs: Product) -> PaymentAttempt:
    attempt, url = open_card_page(user, basket_with(user, *packs))
    pay_by_card(url)
    return attempt


def paid_buyers(medicine: Product, pharmacist: User, count: int) -> list[PaymentAttempt]:
    """Customers with an approval each, who have all just paid for the same pack."""
    attempts = []
    for number in range(count):
        user = make_user(f"buyer{number}@example.com")
        approve(send_prescription(user, medicine), medicine, by=pharmacist)
        attempts.append(paid_attempt(user, pack_of(medicine, 10, 60)))
    return attempts


def settle_all(attempts: list[PaymentAttempt]) -> list[Any]:
    return at_once(*(lambda attempt=attempt: settle(attempt) for attempt in attempts))


def test_of_five_buyers_of_the_last_pack_one_gets_it_and_the_others_are_not_charged(
    medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    StockRecord.objects.update(num_in_stock=1)
    attempts = paid_buyers(medicine, pharmacist, 5)

    settle_all(attempts)

    assert Order.objects.count() == 1
    assert sorted(intent_statuses(stripe)) == ["canceled"] * 4 + ["succeeded"]
    assert StockRecord.objects.get(partner_sku="BAC10-60").num_allocated == 1


def test_two_orders_for_the_last_tablets_of_a_prescription(
    customer: User, medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    approve(send_prescription(customer, medicine), medicine, by=pharmacist, units=60)
    first = paid_attempt(customer, pack_of(medicine, 10, 60))
    second = paid_attempt(customer, pack_of(medicine, 10, 60))

    settle_all([first, second])

    assert (Order.objects.count(), Supply.objects.count()) == (1, 1)
    assert Authorisation.objects.get().units_left == 0
    assert sorted(intent_statuses(stripe)) == ["canceled", "succeeded"]


def test_two_supplies_at_once_without_a_daily_number(
    customer: User, medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    """Both fit what is left; but nothing tells how long the first lasts."""
    approve(send_prescription(customer, medicine), medicine, by=pharmacist, units=60, supplies=3)
    first = paid_attempt(customer, pack_of(medicine, 10, 60))
    second = paid_attempt(customer, pack_of(medicine, 10, 60))

    settle_all([first, second])

    assert (Order.objects.count(), Supply.objects.count()) == (1, 1)
    assert sorted(intent_statuses(stripe)) == ["canceled", "succeeded"]


def test_a_patient_is_taken_off_the_list_before_the_order_or_after_it(
    customer: User,
    medicine: Product,
    pharmacist: User,
    stripe: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Never between the last look and the order: then somebody would pay for one who is gone."""
    patient = add_patient(customer)
    approve(send_prescription(customer, medicine, patient=patient), medicine, by=pharmacist)
    attempt = paid_attempt(customer, pack_of(medicine, 10, 60))
    looked, over = threading.Event(), threading.Event()
    happened: list[str] = []
    check = gate.check_prescription

    def check_and_wait(*args: Any, **kwargs: Any) -> Any:
        found = check(*args, **kwargs)
        looked.set()
        over.wait(timeout=1)
        happened.append("ordered")
        return found

    def archive() -> None:
        looked.wait(timeout=10)
        patients.archive(Patient.objects.get(pk=patient.pk))
        happened.append("archived")
        over.set()

    monkeypatch.setattr(gate, "check_prescription", check_and_wait)

    at_once(lambda: settle(attempt), archive)

    assert Order.objects.exists()
    assert happened == ["ordered", "archived"]


def test_return_page_webhook_and_command_together_place_one_order(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    attempt = paid_attempt(approved.user, pack_of(medicine, 10, 60))
    same = [PaymentAttempt.objects.get(pk=attempt.pk) for _ in range(4)]

    settle_all(same)
    settle(attempt)

    assert (Order.objects.count(), Supply.objects.count()) == (1, 1)
    assert attempt.status == Status.CAPTURED
    source = Order.objects.get().sources.get()
    assert source.amount_debited == source.amount_allocated
    assert source.transactions.count() == 2


def test_a_double_click_on_pay_makes_one_payment(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))

    def click() -> str:
        # Each of its own, as requests have: two cannot ask one basket for its lines at once.
        own = Basket.objects.get(pk=basket.pk)
        own.strategy = Selector().strategy()
        try:
            return open_card_page(approved.user, own)[1]
        except (AnotherAttemptIsLive, AlreadyUnderWay, GatewayUnavailable):
            return "try again"

    pages = {page for page in at_once(click, click, click, click) if page != "try again"}

    assert len(pages) == 1
    assert PaymentAttempt.objects.filter(status__in=LIVE).count() == 1
    assert len(stripe.store.all("checkout.session")) == 1


def test_a_card_page_closed_and_paid_at_the_same_moment_charges_for_no_missing_order(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    first, url = open_card_page(approved.user, basket)
    basket.flush()
    basket.add_product(pack_of(medicine, 10, 30), 1)

    at_once(lambda: pay_by_card(url), lambda: open_card_page(approved.user, basket))

    settle(first)
    assert first.status in (Status.EXPIRED, Status.VOIDED)
    assert not Order.objects.exists()
    assert set(intent_statuses(stripe)) <= {"canceled", "requires_payment_method"}


def test_of_two_pharmacists_one_decides(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    second = make_pharmacist("second@example.com", number="2")
    seen = [Prescription.objects.get(pk=prescription.pk) for _ in range(2)]

    results = at_once(
        lambda: approve(seen[0], medicine, by=pharmacist),
        lambda: services.refuse(
            seen[1], by=second, reason=RefusalReason.NOT_SIGNED, message="Sign it"
        ),
    )

    assert sum(isinstance(result, TransitionRefused) for result in results) == 1
    decisions = prescription.events.filter(action__in=(Action.APPROVE, Action.REFUSE))
    assert decisions.count() == 1


def test_a_withdrawal_and_an_order_at_once_leave_both_or_neither(
    approved: Prescription, medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    attempt = paid_attempt(approved.user, pack_of(medicine, 10, 60))

    at_once(
        lambda: settle(attempt),
        lambda: services.withdraw(approved, by=pharmacist, message="Call us"),
    )
    settle(attempt)

    placed = Order.objects.count()
    assert intent_statuses(stripe) == (["succeeded"] if placed else ["canceled"])
    assert Supply.objects.count() == placed


def test_a_release_done_by_four_at_once_is_written_down_once_and_disturbs_nobody(
    approved: Prescription, medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    attempt = paid_attempt(approved.user, pack_of(medicine, 10, 60))
    services.withdraw(approved, by=pharmacist, message="Call us")
    stripe.faults.add(Fault(path="/v1/payment_intents/*/cancel"))
    settle_quietly(attempt)
    same = [PaymentAttempt.objects.get() for _ in range(4)]

    results = at_once(*(lambda each=each: settle_quietly(each) for each in same))

    settle(attempt)
    assert not [result for result in results if isinstance(result, Exception)]
    assert attempt.status == Status.VOIDED
    assert intent_statuses(stripe) == ["canceled"]
