"""Tablets leave an authorisation one line at a time, and never more than there are."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from oscar.apps.order.models import Line, Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions import ledger
from shop.prescriptions.models import Authorisation, Prescription, Supply
from tests.conftest import approve, send_prescription
from tests.fulfilment.test_races import at_once

BUYERS = 20


def line_of_an_order(number: int) -> Line:
    order = Order.objects.create(
        number=str(number), currency="USD", total_incl_tax=1, total_excl_tax=1
    )
    return order.lines.create(
        partner_name="Pharmacy",
        title="A pack",
        quantity=1,
        num_allocated=0,
        line_price_incl_tax=1,
        line_price_excl_tax=1,
        line_price_before_discounts_incl_tax=1,
        line_price_before_discounts_excl_tax=1,
    )


def test_what_is_taken_is_written_down(approved: Prescription) -> None:
    authorisation = approved.authorisations.get()

    supply = ledger.take(authorisation, tablets=45, order_line=line_of_an_order(1))

    authorisation.refresh_from_db()
    assert (supply.tablets, authorisation.tablets_left) == (45, 15)


def test_more_than_is_left_cannot_be_taken(approved: Prescription) -> None:
    authorisation = approved.authorisations.get()
    ledger.take(authorisation, tablets=45, order_line=line_of_an_order(1))

    with pytest.raises(ledger.NothingLeft):
        ledger.take(authorisation, tablets=16, order_line=line_of_an_order(2))

    authorisation.refresh_from_db()
    assert (authorisation.tablets_left, Supply.objects.count()) == (15, 1)


def test_a_line_takes_its_tablets_once(approved: Prescription) -> None:
    line = line_of_an_order(1)
    ledger.take(approved.authorisations.get(), tablets=10, order_line=line)

    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.take(approved.authorisations.get(), tablets=10, order_line=line)

    assert Authorisation.objects.get().tablets_supplied == 10


@pytest.mark.parametrize("supplied", [61, -1])
def test_the_database_keeps_what_is_left_between_none_and_all(
    supplied: int, approved: Prescription
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Authorisation.objects.update(tablets_supplied=supplied)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_only_as_many_get_tablets_as_there_are(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    repeat = send_prescription(customer, medicine)
    approve(repeat, medicine, by=pharmacist, tablets=30, supplies=3)
    authorisation = repeat.authorisations.get()
    lines = [line_of_an_order(number) for number in range(BUYERS)]

    def take(line: Line) -> Any:
        with transaction.atomic():
            return ledger.take(authorisation, tablets=30, order_line=line)

    results = at_once(*(lambda line=line: take(line) for line in lines))

    refused = [result for result in results if isinstance(result, ledger.NothingLeft)]
    assert (Supply.objects.count(), len(refused)) == (3, BUYERS - 3)
    authorisation.refresh_from_db()
    assert authorisation.tablets_left == 0
