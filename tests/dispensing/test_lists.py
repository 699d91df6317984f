"""The work lists: which orders are in which, how they are found, and what 20,000 of them cost."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order, ShippingAddress

from shop.accounts.models import User
from shop.dashboard.dispensing import queues
from shop.order_statuses import OrderStatus
from shop.prescriptions import services as prescriptions
from shop.prescriptions.models import Prescription
from shop.sending.models import Parcel
from shop.settling import following
from tests.conftest import signed_in
from tests.dispensed import check, dispatch, dispense

pytestmark = pytest.mark.django_db
MANY = int(os.environ.get("ORDERS", "20000"))
LISTS = "dispensing:lists"


def counts() -> dict[str, int]:
    return {name: queues.waiting(name).count() for name in queues.LISTS}


def only(name: str) -> dict[str, int]:
    return {each: int(each == name) for each in queues.LISTS}


def test_an_order_walks_through_the_lists(order: Order, staff: User, pharmacist: User) -> None:
    found = [counts()]
    dispense(order, by=staff)
    found.append(counts())
    check(order, by=pharmacist)
    found.append(counts())
    dispatch(order, by=staff)
    found.append(counts())
    with time_machine.travel(timezone.now() + datetime.timedelta(days=12), tick=False):
        found.append(counts())
        signed_in(staff).post(reverse("dispensing:delivered", args=[order.number]))
        found.append(counts())

    assert found == [
        only("dispense"),
        only("check"),
        only("send"),
        only(""),
        only("late"),
        only(""),
    ]


def test_what_a_pharmacist_has_to_answer_for_is_stuck_and_waits_for_nobody_here(
    order: Order, approved: Prescription, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "settle_quietly", lambda _attempt: True)
    approved.refresh_from_db()
    prescriptions.reopen(approved, by=approved.user, reason="New answers")
    following.catch_up()

    assert counts() == only("stuck")
    begin = signed_in(staff).get(reverse("dispensing:next", args=["dispense"]))
    assert begin["Location"] == reverse(LISTS)


@pytest.mark.parametrize(
    "words",
    ["{number}", "example, anna", "ANNA@EXAMPLE", "{reference}", "+61 491 570 006", "491570006"],
)
def test_an_order_is_found_by_what_somebody_knows_of_it(
    words: str, order: Order, approved: Prescription, staff: User
) -> None:
    ShippingAddress.objects.update(phone_number="+61491570006")
    asked = words.format(number=order.number, reference=approved.reference.lower())
    page = signed_in(staff).get(reverse(LISTS), {"q": asked.replace(",", "")}).content.decode()

    assert f">{order.number}</a>" in page
    assert "R. Example" in page
    assert "Robin" not in page


@pytest.mark.parametrize("words", ["nobody", "999", "' OR 1=1 --", "%", "no\x00body", "a" * 500])
def test_what_nobody_is_called_finds_nothing(words: str, order: Order, staff: User) -> None:
    page = signed_in(staff).get(reverse(LISTS), {"q": words})

    assert "Nothing found" in page.content.decode()


def fill(order: Order, staff: User) -> None:
    """As many orders as a busy year has, some at each step."""
    first = Order.objects.count() + 200_000
    now = timezone.now()
    Order.objects.bulk_create(
        (
            Order(
                number=str(first + number),
                user=order.user,
                status=list(OrderStatus)[number % 5],
                shipping_address=order.shipping_address,
                total_incl_tax=40,
                total_excl_tax=40,
                date_placed=now - datetime.timedelta(minutes=number),
            )
            for number in range(MANY)
        ),
        batch_size=2000,
    )
    template = Parcel.objects.get()
    sent = Order.objects.filter(status=OrderStatus.DISPATCHED).exclude(pk=order.pk)
    Parcel.objects.bulk_create(
        (
            Parcel(
                order=each,
                carrier=template.carrier,
                number="1234567890",
                expected_by=template.expected_by - datetime.timedelta(days=30),
                by=staff,
            )
            for each in sent
        ),
        batch_size=2000,
    )


def asked(client: Client) -> Callable[[dict[str, str]], int]:
    def ask(query: dict[str, str]) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(LISTS), query).status_code == 200
        return len(queries)

    return ask


def test_twenty_thousand_orders_cost_no_more_questions_than_one(order: Order, staff: User) -> None:
    dispatch(order, by=staff)
    ask = asked(signed_in(staff))
    pages = [{"show": name} for name in queues.LISTS] + [{"q": "anna"}, {"q": "200100"}]
    ask({})
    few = [ask(page) for page in pages]
    fill(order, staff)

    many = [ask(page) for page in pages]

    # A page that had nothing to show counts without asking for rows and their patients.
    assert all(cost <= before + 2 for cost, before in zip(many, few, strict=True))
    assert max(many) <= 20
