"""A line says what was sold, whatever its product says today."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order

from catalogue.models import Product, ProductClass
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.order.models import Line
from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.pages.own_data import data_of
from shop.prescriptions.models import Prescription, Supply
from shop.register.gathering import NothingDecided, particulars_of
from shop.settling.settle import settle
from tests.conftest import basket_with, mg, pack_of, signed_in
from tests.settling.paying import open_card_page, pay_by_card


@pytest.fixture
def line(approved: Prescription, medicine: Product, stripe: Emulator) -> Line:
    """Two packs of 30 tablets of 10 mg, paid for."""
    packs = basket_with(approved.user, pack_of(medicine, 10, 30), quantity=2)
    attempt, url = open_card_page(approved.user, packs)
    pay_by_card(url)
    settle(attempt)
    return Line.objects.get()


def sold_as(line: Line, strength: int, units: int) -> None:
    """As if the product had been that when it was sold."""
    Line.objects.filter(pk=line.pk).update(strength=mg(strength), units=units)


def test_an_order_keeps_what_its_packs_were(line: Line, medicine: Product) -> None:
    sold = (line.medicine, line.strength, line.units, line.needed_prescription)

    assert sold == (medicine, mg(10), 30, True)
    assert (line.units_sold, line.pack) == (60, "30 tablets of 10 mg")
    assert Supply.objects.get().units == line.units_sold


def test_the_pages_of_an_order_say_what_was_sold(line: Line, staff: User) -> None:
    sold_as(line, 25, 28)
    number = line.order.number
    for_staff, for_customer = signed_in(staff), signed_in(line.order.user)
    pages = [
        for_staff.get(reverse("dashboard:order-detail", kwargs={"number": number})),
        for_staff.get(reverse("dashboard:order-refund", kwargs={"number": number})),
        for_customer.get(reverse("customer:order", kwargs={"order_number": number})),
    ]

    for page in pages:
        assert "28 tablets of 25 mg" in page.content.decode()


def test_a_customers_own_data_says_what_was_sold(line: Line) -> None:
    sold_as(line, 25, 28)

    (order,) = data_of(line.order.user)["orders"]

    assert order["lines"][0]["pack"] == "28 tablets of 25 mg"


def test_the_register_holds_what_was_sold(line: Line) -> None:
    sold_as(line, 25, 28)

    entered = particulars_of(Supply.objects.get(), moment=timezone.now())

    assert (entered.strength, entered.units) == (mg(25), 56)


def test_the_register_holds_no_guess(line: Line) -> None:
    Line.objects.update(medicine=None, strength=None, units=None)

    with pytest.raises(NothingDecided):
        particulars_of(Supply.objects.get(), moment=timezone.now())


def test_what_needed_a_prescription_when_sold_still_needs_one(line: Line) -> None:
    Supply.objects.all().delete()
    ProductClass.objects.update(needs_prescription=False)

    with pytest.raises(Exception, match="no prescription covers it"):
        EventHandler().handle_order_status_change(line.order, OrderStatus.DISPENSING)


def test_a_line_says_the_whole_pack_or_nothing(line: Line) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.update(strength=None)


def test_lines_from_before_are_told_by_what_was_taken_for_them(line: Line) -> None:
    Line.objects.update(medicine=None, strength=None, units=None)
    Order.objects.get().lines.update(product=None)

    import_module("shop.order.migrations.1001_line_as_sold").keep_what_was_sold(apps, None)

    line.refresh_from_db()
    assert (line.pack, line.units_sold) == ("30 tablets of 10 mg", 60)
