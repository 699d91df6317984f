"""The patient's page of an approval, and ordering again on what is left of it."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.payments.models import PaymentAttempt
from shop.placing import gate
from shop.placing.refusals import Reason
from shop.prescriptions import services
from shop.prescriptions.models import Prescription, Supply
from shop.settling.settle import settle
from tests.checkout.test_choosing_the_patient import refusal_of
from tests.checkout.test_steps import fill_in_delivery, press_pay, said, step
from tests.conftest import (
    Repeats,
    add_patient,
    approve,
    basket_with,
    let_the_log_know,
    pack_of,
    send_prescription,
    signed_in,
)
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card
from tests.settling.test_races import at_once


@pytest.fixture
def repeat(prescription: Prescription, medicine: Product, pharmacist: User) -> Prescription:
    """Approved for 90 tablets of 10 mg, three times, three a day."""
    return approve(
        prescription,
        medicine,
        by=pharmacist,
        units=90,
        supplies=3,
        units_a_day=Fraction(3),
    )


@pytest.fixture
def client(customer: User) -> Client:
    return signed_in(customer)


def page_of(client: Client, prescription: Prescription) -> str:
    return client.get(
        reverse("prescriptions:detail", args=[prescription.reference])
    ).content.decode()


def reorder(client: Client, prescription: Prescription) -> Any:
    return client.post(reverse("checkout:reorder", args=[prescription.reference]))


def cart(user: User) -> dict[str, int]:
    lines = user.baskets.get(status="Open").lines.all()
    return {line.stockrecord.partner_sku: line.quantity for line in lines}


def order(user: User, *packs: Product) -> Order:
    attempt, url = open_card_page(user, basket_with(user, *packs))
    pay_by_card(url)
    settle(attempt)
    attempt.refresh_from_db()
    return attempt.order


def test_the_cart_is_filled_up_to_one_supply(
    client: Client, repeat: Prescription, customer: User
) -> None:
    response = reorder(client, repeat)

    assert response["Location"] == step("index")
    assert cart(customer) == {"BAC10-30": 1, "BAC10-60": 1}


def test_reordering_replaces_the_same_medicine_and_twice_is_once(
    client: Client, repeat: Prescription, customer: User, medicine: Product
) -> None:
    basket_with(customer, pack_of(medicine, 10, 30), quantity=3)

    reorder(client, repeat)
    reorder(client, repeat)

    assert cart(customer) == {"BAC10-30": 1, "BAC10-60": 1}


@pytest.mark.django_db(transaction=True)
def test_several_clicks_at_once_fill_the_cart_once(
    customer: User, medicine: Product, repeat: Prescription
) -> None:
    basket_with(customer, pack_of(medicine, 10, 30))
    clients = [signed_in(customer) for _ in range(3)]

    at_once(*(lambda each=each: reorder(each, repeat) for each in clients))

    assert cart(customer) == {"BAC10-30": 1, "BAC10-60": 1}


def test_no_more_than_what_is_left(client: Client, repeat: Prescription, customer: User) -> None:
    repeat.authorisations.update(units_supplied=205)

    reorder(client, repeat)

    assert cart(customer) == {"BAC10-60": 1}
    assert "60 of the 65 tablets" in page_of(client, repeat)


def test_what_is_out_of_stock_is_not_put_in(
    client: Client, repeat: Prescription, customer: User
) -> None:
    StockRecord.objects.filter(partner_sku="BAC10-60").update(num_in_stock=0)

    reorder(client, repeat)

    assert cart(customer) == {"BAC10-30": 3}


def test_nothing_fits_and_the_page_says_so(
    client: Client, repeat: Prescription, customer: User
) -> None:
    repeat.authorisations.update(units_supplied=250)

    response = reorder(client, repeat)

    assert "Nothing can be ordered" in said(response)
    assert "No pack in stock fits the 20 tablets" in page_of(client, repeat)
    assert not customer.baskets.filter(lines__isnull=False).exists()


@pytest.mark.parametrize("make", ["waiting", "withdrawn", "expired"])
def test_only_an_approval_that_stands_can_be_reordered(
    make: str, client: Client, repeat: Prescription, customer: User, pharmacist: User
) -> None:
    if make == "withdrawn":
        services.withdraw(repeat, by=pharmacist, message="Call us")
    elif make == "waiting":
        services.reopen(repeat, by=pharmacist, reason="New medicine")
    else:
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        Prescription.objects.update(valid_until=yesterday)

    reorder(client, repeat)

    assert not customer.baskets.filter(lines__isnull=False).exists()
    assert "Put them into the cart" not in page_of(client, repeat)


def test_a_stranger_cannot_reorder(repeat: Prescription, other_customer: User) -> None:
    response = reorder(signed_in(other_customer), repeat)

    assert response.status_code == 404
    assert not other_customer.baskets.filter(lines__isnull=False).exists()


def test_reordering_chooses_the_patient(
    client: Client, customer: User, medicine: Product, pharmacist: User
) -> None:
    approvals = [
        approve(
            send_prescription(customer, medicine, patient=add_patient(customer, patient_name=name)),
            medicine,
            by=pharmacist,
        )
        for name in ("Robin Example", "Maria Archer")
    ]

    reorder(client, approvals[1])
    fill_in_delivery(client)

    assert client.get(step("preview")).context["prescription"] == approvals[1]


def test_from_the_page_to_an_order_that_is_linked_on_it(
    client: Client, repeat: Prescription, stripe: Emulator
) -> None:
    reorder(client, repeat)
    fill_in_delivery(client)
    pay_by_card(press_pay(client)["Location"])
    settle(PaymentAttempt.objects.get())
    placed = Order.objects.get()
    page = page_of(client, repeat)

    assert reverse("customer:order", args=[placed.number]) in page
    assert repeat.authorisations.get().units_left == 180


def test_the_next_order_waits_for_its_day(
    client: Client,
    repeat: Prescription,
    customer: User,
    medicine: Product,
    stripe: Emulator,
    repeats: Repeats,
) -> None:
    repeats(percent=75, margin=7)
    order(customer, pack_of(medicine, 10, 30), pack_of(medicine, 10, 60))
    again = basket_with(customer, pack_of(medicine, 10, 60))
    due = timezone.localdate() + datetime.timedelta(days=23)

    page = page_of(client, repeat)
    early = refusal_of(lambda: gate.check(customer, again.all_lines()))
    now = timezone.now()
    # Of the day before it is the day already, for some hours, where the patient lives.
    Supply.objects.update(taken_at=now - datetime.timedelta(days=21))
    still_early = refusal_of(lambda: gate.check(customer, again.all_lines()))
    Supply.objects.update(taken_at=now - datetime.timedelta(days=23))
    let_the_log_know(repeat.authorisations.get())

    assert f"from {due:%B}".replace("from ", f"from {due.day} ") in page
    assert (early, still_early) == (Reason.TOO_EARLY, Reason.TOO_EARLY)
    assert "Put them into the cart" not in page
    assert gate.check(customer, again.all_lines()) == repeat
    assert "Put them into the cart" in page_of(client, repeat)


def test_two_orders_paid_at_once_do_not_come_too_early(
    repeat: Prescription, customer: User, medicine: Product, stripe: Emulator
) -> None:
    packs = pack_of(medicine, 10, 30), pack_of(medicine, 10, 60)
    first, first_url = open_card_page(customer, basket_with(customer, *packs))
    second, second_url = open_card_page(customer, basket_with(customer, *packs))
    pay_by_card(first_url)
    pay_by_card(second_url)

    settle(first)
    settle(second)

    assert Order.objects.count() == 1
    assert sorted(intent_statuses(stripe)) == ["canceled", "succeeded"]


def test_without_a_daily_number_the_page_says_who_decides(
    client: Client, customer: User, medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    prescription = send_prescription(customer, medicine)
    approve(prescription, medicine, by=pharmacist, supplies=3)
    order(customer, pack_of(medicine, 10, 60))

    page = page_of(client, prescription)

    assert "the pharmacist decides" in page
    assert "Put them into the cart" not in page
