"""Stripe learns an order's number and an amount; nothing about a medicine or a person."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.core.management import call_command
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe import disputes
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import RefundReason
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import Wanted
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from shop.settling import refunding
from shop.settling.settle import settle, settle_quietly
from tests.conftest import basket_with, pack_of, signed_in
from tests.settling.paying import open_card_page, pay_by_card

# The client's own headers say what it runs on; these are what it is told by us.
OWN_HEADERS = ("Idempotency-Key", "Content-Type", "Stripe-Version")
NOTE = "Anna called: cramps, wants Baclofen back"


@pytest.fixture
def paid(approved: Prescription, medicine: Product, stripe: Emulator) -> tuple[PaymentAttempt, str]:
    return open_card_page(approved.user, basket_with(approved.user, pack_of(medicine, 10, 60)))


def order_and_refund(attempt: PaymentAttempt, staff: User, stripe: Emulator) -> None:
    settle(attempt)
    line = attempt.order.lines.get()
    wanted = Wanted(100, RefundReason.OTHER, note=NOTE, lines=((line, 1),))
    refunding.refund(attempt, wanted, by=staff)
    with stripe.store.lock:
        [charge] = stripe.store.all("charge")
        disputes.create(stripe.store, charge, amount=None, reason="fraudulent")
    refunding.look_again(attempt)
    call_command("reconcile_payments", stdout=io.StringIO(), stderr=io.StringIO())


def order_and_cancel(attempt: PaymentAttempt, staff: User, stripe: Emulator) -> None:
    settle(attempt)
    refunding.cancel(attempt.order, by=staff, note=NOTE)


def cancel_before_the_charge(attempt: PaymentAttempt, staff: User, stripe: Emulator) -> None:
    stripe.faults.add(Fault(path="/v1/payment_intents/*/capture", status=500))
    settle_quietly(attempt)
    refunding.cancel(PaymentAttempt.objects.get().order, by=staff, note=NOTE)


def withdraw_while_paying(attempt: PaymentAttempt, staff: User, stripe: Emulator) -> None:
    assert attempt.prescription
    pharmacist = attempt.prescription.decided_by
    assert pharmacist
    services.withdraw(attempt.prescription, by=pharmacist, message=NOTE)
    settle(attempt)


def change_the_basket(attempt: PaymentAttempt, staff: User, stripe: Emulator) -> None:
    attempt.basket.lines.update(quantity=2)
    client = signed_in(attempt.user)
    client.get(reverse("checkout:return", args=[attempt.reference]))


def markers(attempt: PaymentAttempt) -> dict[str, str]:
    """Everything that says who buys what, by what it is."""
    address = attempt.quote["address"]
    prescription = attempt.prescription
    assert prescription
    return {
        "medicine": "baclofen",
        "SKU": "bac10",
        "strength": "10 mg",
        "tablets": "60 tablets",
        "patient": "robin",
        "customer": attempt.user.first_name,
        "email": attempt.user.email,
        "surname": address["last_name"],
        "street": address["line1"],
        "city": address["line4"],
        "prescription": prescription.reference,
        "prescriber": "m. sample",
        "note": "cramps",
        "staff": "staff@",
    }


def said_to_stripe(request: Any) -> str:
    headers = {name: request.headers.get(name, "") for name in OWN_HEADERS}
    everything = json.dumps([request.path, request.params, headers, request.idempotency_key])
    return unquote_plus(everything).lower()


@pytest.mark.parametrize(
    "journey",
    [
        order_and_refund,
        order_and_cancel,
        cancel_before_the_charge,
        withdraw_while_paying,
        change_the_basket,
    ],
)
def test_nothing_about_medicine_or_patient_reaches_stripe(
    journey: Any, paid: tuple[PaymentAttempt, str], staff: User, stripe: Emulator
) -> None:
    attempt, url = paid
    pay_by_card(url)

    journey(attempt, staff, stripe)

    assert len([request for request in stripe.requests if request.method == "POST"]) >= 2
    told = {
        name: request.path
        for request in stripe.requests
        for name, marker in markers(attempt).items()
        if marker.lower() in said_to_stripe(request)
    }
    assert told == {}


def test_the_markers_would_be_found(
    paid: tuple[PaymentAttempt, str], stripe: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, _ = paid
    [opened] = [r for r in stripe.requests if r.method == "POST"]
    item = opened.params["line_items"][0]["price_data"]["product_data"]

    for marker in markers(attempt).values():
        monkeypatch.setitem(item, "name", f"x {marker} y")
        assert marker.lower() in said_to_stripe(opened)
    monkeypatch.setitem(item, "name", "Order 100001")


def test_a_descriptor_of_a_card_page_is_the_orders_number(
    paid: tuple[PaymentAttempt, str], stripe: Emulator
) -> None:
    [session] = stripe.store.session_params.values()

    assert session["line_items"][0]["price_data"]["product_data"]["name"].startswith("Order 1")
