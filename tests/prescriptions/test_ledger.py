"""Tablets leave an authorisation one line at a time, and never more than there are."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.audit.verification import Verification
from shop.mailing.models import Email
from shop.order.models import Line
from shop.prescriptions import services, supply_ledger
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.prescriptions.statuses import Action, Status
from tests.conftest import approve, let_the_log_know, send_prescription
from tests.settling.test_races import at_once

BUYERS = 20


def line_of_an_order(number: int) -> Line:
    order = Order.objects.create(
        number=str(number), currency="USD", total_incl_tax=1, total_excl_tax=1
    )
    line: Line = order.lines.create(
        partner_name="Pharmacy",
        title="A pack",
        quantity=1,
        num_allocated=0,
        line_price_incl_tax=1,
        line_price_excl_tax=1,
        line_price_before_discounts_incl_tax=1,
        line_price_before_discounts_excl_tax=1,
    )
    let_the_log_know(order)
    return line


def test_what_is_taken_is_written_down(approved: Prescription) -> None:
    authorisation = approved.authorisations.get()

    supply = supply_ledger.take(authorisation, units=45, order_line=line_of_an_order(1))

    authorisation.refresh_from_db()
    assert (supply.units, authorisation.units_left) == (45, 15)


def test_more_than_is_left_cannot_be_taken(approved: Prescription) -> None:
    authorisation = approved.authorisations.get()
    supply_ledger.take(authorisation, units=45, order_line=line_of_an_order(1))

    with pytest.raises(supply_ledger.NothingLeft):
        supply_ledger.take(authorisation, units=16, order_line=line_of_an_order(2))

    authorisation.refresh_from_db()
    assert (authorisation.units_left, Supply.objects.count()) == (15, 1)


def test_a_line_takes_its_tablets_once(approved: Prescription) -> None:
    line = line_of_an_order(1)
    supply_ledger.take(approved.authorisations.get(), units=10, order_line=line)

    with pytest.raises(IntegrityError), transaction.atomic():
        supply_ledger.take(approved.authorisations.get(), units=10, order_line=line)

    assert Authorisation.objects.get().units_supplied == 10


@pytest.mark.parametrize("supplied", [61, -1])
def test_the_database_keeps_what_is_left_between_none_and_all(
    supplied: int, approved: Prescription
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Authorisation.objects.update(units_supplied=supplied)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_only_as_many_get_tablets_as_there_are(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    repeat = send_prescription(customer, medicine)
    approve(repeat, medicine, by=pharmacist, units=30, supplies=3)
    authorisation = repeat.authorisations.get()
    lines = [line_of_an_order(number) for number in range(BUYERS)]

    def take(line: Line) -> Any:
        with transaction.atomic():
            return supply_ledger.take(authorisation, units=30, order_line=line)

    results = at_once(*(lambda line=line: take(line) for line in lines))

    refused = [result for result in results if isinstance(result, supply_ledger.NothingLeft)]
    assert (Supply.objects.count(), len(refused)) == (3, BUYERS - 3)
    authorisation.refresh_from_db()
    assert authorisation.units_left == 0


@pytest.mark.django_db(transaction=True)
def test_twenty_orders_at_once_use_an_approval_up_exactly_once(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    repeat = send_prescription(customer, medicine)
    approve(repeat, medicine, by=pharmacist, units=30, supplies=3)
    lines = [line_of_an_order(number) for number in range(BUYERS)]

    results = at_once(*(lambda line=line: order(repeat, line) for line in lines))

    assert sum(result is None for result in results) == 3
    repeat.refresh_from_db()
    assert (repeat.status, repeat.events.filter(action=Action.USE_UP).count()) == (
        Status.USED_UP,
        1,
    )
    assert Entry.objects.filter(action="supply.take").count() == 3
    assert Email.objects.filter(code="prescription_supplies_left").count() == 2
    assert Email.objects.filter(code="prescription_use_up").count() == 1
    assert list(Verification({}).findings()) == []


def order(prescription: Prescription, line: Line) -> None:
    """What placing an order does to the ledger, in its one transaction."""
    with transaction.atomic():
        held = supply_ledger.lock(prescription)
        if not held.is_usable:
            raise supply_ledger.NothingLeft(held.status)
        supply = supply_ledger.take(held.authorisations.get(), units=30, order_line=line)
        supply_ledger.finish_supply(held, by=held.user, last=supply)


def test_tablets_that_come_back_open_the_approval_again(approved: Prescription) -> None:
    supply = order_all(approved)
    assert approved.status == Status.USED_UP

    supply_ledger.give_back(supply, by=approved.user, note="cancelled")

    approved.refresh_from_db()
    assert (approved.status, approved.authorisations.get().units_left) == (Status.APPROVED, 60)
    assert approved.events.latest("pk").action == Action.GIVE_BACK


def test_the_same_tablets_come_back_once(approved: Prescription) -> None:
    supply = order_all(approved)
    supply_ledger.give_back(supply, by=approved.user, note="cancelled")

    with pytest.raises(supply_ledger.AlreadyGivenBack):
        supply_ledger.give_back(supply, by=approved.user, note="cancelled")

    assert approved.authorisations.get().units_left == 60


def test_a_withdrawn_approval_stays_withdrawn_when_tablets_come_back(
    approved: Prescription, pharmacist: User
) -> None:
    supply = order_all(approved)
    services.withdraw(approved, by=pharmacist, message="Call us")

    supply_ledger.give_back(supply, by=approved.user, note="cancelled")

    approved.refresh_from_db()
    assert (approved.status, approved.authorisations.get().units_left) == (Status.WITHDRAWN, 60)


def order_all(prescription: Prescription) -> Supply:
    supply = supply_ledger.take(
        prescription.authorisations.get(), units=60, order_line=line_of_an_order(1)
    )
    supply_ledger.finish_supply(prescription, by=prescription.user, last=supply)
    return supply
