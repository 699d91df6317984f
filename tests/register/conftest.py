"""An order that is paid, on a prescription that was transcribed at the desk."""

from __future__ import annotations

import pytest
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.order.processing import EventHandler
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle
from tests.conftest import basket_with, pack_of, patient_answers, send_prescription
from tests.dispensed import made_ready
from tests.quick.worlds import kept
from tests.review.desk import approve_reviewed, name_medicine
from tests.settling.paying import open_card_page, pay_by_card


@kept
def reviewed_prescription(
    user: User, medicine: Product, *, by: User, name: str = "Robin Example"
) -> Prescription:
    name_medicine(medicine)
    sent = send_prescription(
        user, medicine, answers=patient_answers(patient_name=name), paper=name.encode()
    )
    return approve_reviewed(sent, medicine, by=by, patient_name=name)


def ordered(user: User, *packs: Product, chosen: str = "") -> Order:
    """An order for these packs, paid and being packed."""
    attempt, url = open_card_page(user, basket_with(user, *packs), chosen=chosen)
    pay_by_card(url)
    settle(attempt)
    order = Order.objects.get(user=user)
    move(order, "Dispensing")
    return order


def move(order: Order, status: str, *, by: User | None = None) -> None:
    """What leaves is dispensed and checked before."""
    if status == "Dispatched":
        made_ready(order)
    EventHandler(user=by).handle_order_status_change(order, status)


@pytest.fixture
def order(customer: User, medicine: Product, pharmacist: User, stripe: Emulator) -> Order:
    reviewed_prescription(customer, medicine, by=pharmacist)
    return ordered(customer, pack_of(medicine, 10, 60))


@pytest.fixture
def sent(order: Order, staff: User) -> Order:
    """The same order once it has left."""
    move(order, "Dispatched", by=staff)
    return order
