"""Staff cancel, pay back and look after payments in the dashboard."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe import disputes, intents
from shop.demo.stripe import refunds as books
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import RefundReason, RefundStatus, Review, Status
from shop.payments.models import PaymentAttempt, Refund
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle
from tests.authenticator import code_now, let_proof_age
from tests.conftest import basket_with, pack_of, signed_in
from tests.settling.paying import open_card_page, pay_by_card

pytestmark = pytest.mark.usefixtures("whatever_a_page_changes_is_in_the_log")


@pytest.fixture
def attempt(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    basket = basket_with(approved.user, pack_of(medicine, 10, 30), quantity=2)
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    return settle(attempt)


@pytest.fixture
def desk(staff: User) -> Client:
    return signed_in(staff)


def page(desk: Client, attempt: PaymentAttempt, name: str = "order-detail") -> str:
    return desk.get(address(attempt, name)).content.decode()


def address(attempt: PaymentAttempt, name: str) -> str:
    return reverse(f"dashboard:{name}", args=[attempt.order.number])


def fill_in(desk: Client, attempt: PaymentAttempt, **fields: str) -> str:
    """Send the refund form as the page gave it out, with these answers; what comes back."""
    token = re.search(r'name="reference" value="([^"]+)"', page(desk, attempt, "order-refund"))
    assert token
    data = {"reference": token[1], "reason": "damaged", **fields}
    return desk.post(address(attempt, "order-refund"), data, follow=True).content.decode()


def packs(attempt: PaymentAttempt, count: int) -> dict[str, str]:
    return {f"packs_{attempt.order.lines.get().pk}": str(count)}


def test_packs_are_paid_back_at_their_price(desk: Client, attempt: PaymentAttempt) -> None:
    told = fill_in(desk, attempt, **packs(attempt, 1))

    made = Refund.objects.get()
    assert (made.amount, made.lines.get().quantity) == (Decimal("18.00"), 1)
    assert "on its way" in told
    assert made.stripe_id in told


def test_an_amount_is_paid_back(desk: Client, attempt: PaymentAttempt, staff: User) -> None:
    fill_in(desk, attempt, amount="4.90", reason="other", note="Parcel was late")

    made = Refund.objects.get()
    assert (made.amount, made.reason) == (Decimal("4.90"), RefundReason.OTHER)
    assert (made.note, made.made_by) == ("Parcel was late", staff)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Enter an amount, or choose packs."),
        ({"amount": "0"}, "Enter an amount"),
        ({"amount": "-1"}, "Enter an amount"),
        ({"amount": "40.91"}, "Only 40.90 USD is left"),
        ({"amount": "1.001"}, "2 decimal places"),
        ({"amount": "much"}, "Enter a number"),
        ({"amount": "1", "reason": "other"}, "Say what the reason is."),
        ({"amount": "1", "reason": ""}, "required"),
        ({"amount": "1", "reason": "at_stripe"}, "Select a valid choice"),
        ({"packs": "3"}, "less than or equal to 2"),
        ({"packs": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_paid_back_is_said_beside_the_field(
    fields: dict[str, str], words: str, desk: Client, attempt: PaymentAttempt
) -> None:
    if "packs" in fields:
        fields = packs(attempt, int(fields["packs"]))

    told = fill_in(desk, attempt, **fields)

    assert words in told
    assert 'aria-invalid="true"' in told
    assert not Refund.objects.exists()


def test_a_form_sent_twice_pays_back_once(desk: Client, attempt: PaymentAttempt) -> None:
    token = "5f0d8d8e-0000-4000-8000-000000000001"
    for _ in range(2):
        told = fill_in(desk, attempt, amount="1", reference=token)

    assert Refund.objects.count() == 1
    assert "made already" in told


def test_a_colleague_who_was_faster_is_noticed(desk: Client, attempt: PaymentAttempt) -> None:
    fill_in(desk, attempt, **packs(attempt, 2))

    told = fill_in(desk, attempt, **packs(attempt, 1))

    assert "less than or equal to 0" in told
    assert Refund.objects.exclude(reason=RefundReason.CANCELLED).count() == 1


def test_a_refund_stripe_has_not_made_yet_is_shown_as_such(
    desk: Client, attempt: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/refunds"))

    told = fill_in(desk, attempt, amount="1")

    assert "Stripe cannot be reached" in told
    assert "Still to be done at Stripe" in told
    assert "not at Stripe yet" in told


def test_a_refund_stripe_refused_is_shown_with_its_reason(
    desk: Client, attempt: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/refunds", status=400))

    told = fill_in(desk, attempt, amount="1")

    assert "Stripe refused the refund" in told
    assert "Failed: " in told
    listed = desk.get(reverse("dashboard:payment-list")).content.decode()
    assert "Refund failed" in listed


def test_a_refund_that_failed_at_the_bank_is_shown_to_staff_and_customer(
    desk: Client, attempt: PaymentAttempt, customer: User, stripe: Emulator
) -> None:
    fill_in(desk, attempt, amount="10")
    with stripe.store.lock:
        [refund] = stripe.store.all("refund")
        books.fail(stripe.store, refund, reason="lost_or_stolen_card")

    told = desk.post(address(attempt, "order-look-again"), follow=True).content.decode()

    assert "Failed: lost_or_stolen_card" in told
    own = signed_in(customer).get(reverse("customer:order", args=[attempt.order.number]))
    assert "could not be paid back" in own.content.decode()
    assert Refund.objects.get().status == RefundStatus.FAILED


def test_the_customer_sees_what_was_paid_back(
    desk: Client, attempt: PaymentAttempt, customer: User
) -> None:
    fill_in(desk, attempt, amount="10")

    own = signed_in(customer).get(reverse("customer:order", args=[attempt.order.number]))

    assert "$10.00 paid back to your card" in own.content.decode()


def test_an_order_is_cancelled_with_a_reason(desk: Client, attempt: PaymentAttempt) -> None:
    asked = page(desk, attempt, "order-cancel")
    assert "$40.90 goes back" in asked

    told = desk.post(
        address(attempt, "order-cancel"), {"note": "Ordered twice"}, follow=True
    ).content.decode()

    assert Order.objects.get().status == "Cancelled"
    assert "The order is cancelled" in told
    assert "Ordered twice" in told
    assert "Cancel this order" not in told


def test_a_cancellation_without_a_reason_is_asked_again(
    desk: Client, attempt: PaymentAttempt
) -> None:
    told = desk.post(address(attempt, "order-cancel"), {"note": ""}).content.decode()

    assert 'aria-invalid="true"' in told
    assert Order.objects.get().status == "Paid"


def test_the_customer_sees_that_the_order_is_cancelled(
    desk: Client, attempt: PaymentAttempt, customer: User
) -> None:
    desk.post(address(attempt, "order-cancel"), {"note": "Ordered twice"})

    own = signed_in(customer).get(reverse("customer:order", args=[attempt.order.number]))

    html = own.content.decode()
    assert "nothing will be sent" in html
    assert "$40.90 paid back" in html
    assert "Ordered twice" not in html


@pytest.mark.parametrize("way", ["order page", "order list"])
def test_no_other_way_leads_to_cancelled(way: str, desk: Client, attempt: PaymentAttempt) -> None:
    if way == "order page":
        url = address(attempt, "order-detail")
        data = {"order_action": "change_order_status", "new_status": "Cancelled"}
    else:
        url = reverse("dashboard:order-list")
        data = {
            "action": "change_order_statuses",
            "selected_order": attempt.order.pk,
            "new_status": "Cancelled",
        }
    desk.post(url, data, follow=True)

    assert Order.objects.get().status == "Paid"
    assert 'value="Cancelled"' not in page(desk, attempt)


@pytest.mark.parametrize("name", ["order-cancel", "order-refund", "order-look-again"])
def test_who_may_only_look_changes_nothing(
    name: str, attempt: PaymentAttempt, looker: User
) -> None:
    answer = signed_in(looker).post(address(attempt, name), {"note": "x", "amount": "1"})

    assert answer.status_code == 403
    assert Order.objects.get().status == "Paid"
    assert "Cancel this order" not in page(signed_in(looker), attempt)
    assert "Pay money back" not in page(signed_in(looker), attempt)


def test_changing_orders_without_seeing_them_is_not_enough(
    attempt: PaymentAttempt, make_staff
) -> None:
    user = make_staff("half@example.com")
    user.user_permissions.set(Permission.objects.filter(codename="change_order"))

    assert signed_in(user).get(address(attempt, "order-refund")).status_code == 403


def test_staff_see_attempt_capture_and_stripes_ids(desk: Client, attempt: PaymentAttempt) -> None:
    html = page(desk, attempt)

    for fact in (attempt.payment_intent_id, attempt.session_id, str(attempt.reference), "Paid"):
        assert fact in html


def test_a_dispute_is_shown_with_status_and_date_and_stops_the_order(
    desk: Client, attempt: PaymentAttempt, stripe: Emulator
) -> None:
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        disputes.create(stripe.store, charge, amount=None, reason="fraudulent")

    told = desk.post(address(attempt, "order-look-again"), follow=True).content.decode()

    assert "disputes $40.90" in told
    assert "needs_response" in told
    assert "Answer by" in told
    desk.post(
        address(attempt, "order-detail"),
        {"order_action": "change_order_status", "new_status": "Dispensing"},
    )
    assert Order.objects.get().status == "Paid"
    listed = desk.get(reverse("dashboard:payment-list")).content.decode()
    assert "needs_response" in listed


def test_a_payment_a_person_has_cleared_up_at_stripe_is_right_after_another_look(
    desk: Client, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, basket)
    pay_by_card(url)
    stripe.faults.add(Fault(path="/v1/payment_intents/*/capture", status=400))
    settle(attempt)
    assert (attempt.status, attempt.review) == (Status.NEEDS_REVIEW, Review.CAPTURE_REFUSED)
    with stripe.store.lock:
        [intent] = stripe.store.all("payment_intent")
        intents.capture(stripe.store, intent, None)

    desk.post(address(attempt, "order-look-again"))

    attempt.refresh_from_db()
    assert (attempt.status, attempt.captured_minor) == (Status.CAPTURED, 4090)


def test_another_look_while_stripe_is_down_says_so(
    desk: Client, attempt: PaymentAttempt, stripe: Emulator
) -> None:
    stripe.faults.add(Fault(path="/v1/payment_intents/*", status=503))

    told = desk.post(address(attempt, "order-look-again"), follow=True).content.decode()

    assert "cannot be read just now" in told


def test_no_money_goes_back_without_a_fresh_code(desk: Client, attempt: PaymentAttempt) -> None:
    let_proof_age(desk, minutes=30)

    told = fill_in(desk, attempt, amount="4.90", reason="other", note="Parcel was late")
    assert "Nothing was done yet" in told
    assert "Parcel was late" in told
    assert not Refund.objects.exists()

    typed = {"amount": "4.90", "reason": "other", "note": "x", "proof-code": code_now()}
    fill_in(desk, attempt, **typed)
    assert Refund.objects.exists()


def test_no_order_is_cancelled_without_a_fresh_code(desk: Client, attempt: PaymentAttempt) -> None:
    let_proof_age(desk, minutes=30)
    url = address(attempt, "order-cancel")

    assert "Asked by phone" in desk.post(url, {"note": "Asked by phone"}).content.decode()
    assert Order.objects.get().status != "Cancelled"

    desk.post(url, {"note": "Asked by phone", "proof-code": code_now()})
    assert Order.objects.get().status == "Cancelled"
