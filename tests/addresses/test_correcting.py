"""Staff correct where a paid order goes, before it leaves and within its country."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order, ShippingAddress

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.audit.verification import Verification
from shop.demo.stripe.server import Emulator
from shop.order.correcting import correct_address
from shop.order.processing import EventHandler
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle
from tests.addresses.places import address_in
from tests.conftest import basket_with, pack_of, signed_in
from tests.dispensed import made_ready
from tests.settling import paying
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card
from tests.settling.test_races import at_once

WRONG = {"line1": "7 Sample Street", "line4": "Newtown", "postcode": "2042"}
ASKED = {"asked": "Anna called; I called back on her number"}


@pytest.fixture
def order(approved: Prescription, medicine: Product, stripe: Emulator) -> Order:
    attempt, url = open_card_page(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60))
    )
    pay_by_card(url)
    settle(attempt)
    return Order.objects.get()


@pytest.fixture
def desk(staff: User) -> Client:
    return signed_in(staff)


def page_of(order: Order) -> str:
    return reverse("dashboard:order-address", kwargs={"number": order.number})


def where(order: Order) -> str:
    return ShippingAddress.objects.get(pk=order.shipping_address_id).summary


def corrected(**changes: str) -> dict[str, str]:
    return {**address_in("AU", **WRONG), **ASKED, **changes}


def test_the_page_shows_the_address_as_it_is_and_no_country(desk: Client, order: Order) -> None:
    shown = desk.get(page_of(order)).content.decode()

    assert 'value="1 Sample Street"' in shown
    assert '<option value="NSW" selected>' in shown
    assert 'name="country"' not in shown
    assert (
        page_of(order)
        in desk.get(
            reverse("dashboard:order-detail", kwargs={"number": order.number})
        ).content.decode()
    )


@pytest.mark.django_db(transaction=True)
def test_a_corrected_address_is_what_staff_and_customer_read_then(
    desk: Client, order: Order, customer: User
) -> None:
    mail.outbox.clear()

    told = desk.post(page_of(order), corrected(), follow=True).content.decode()

    assert where(order) == "Anna Example, 7 Sample Street, Newtown, NSW, 2042, Australia"
    assert "7 Sample Street" in told
    assert "it was: Anna Example, 1 Sample Street" in told
    own = signed_in(customer).get(reverse("customer:order", args=[order.number]))
    assert "7 Sample Street" in own.content.decode()
    [message] = mail.outbox
    assert message.to == [customer.email]
    assert "corrected address" in message.subject


def test_it_is_logged_without_the_address(desk: Client, order: Order, staff: User) -> None:
    desk.post(page_of(order), corrected())

    entry = Entry.objects.order_by("-sequence").first()
    assert entry is not None
    assert (entry.action, entry.subject_key) == ("order.correct_address", order.number)
    assert entry.actor_id == staff.pk
    assert json.loads(entry.details_json)["fields"] == ["line1", "line4", "postcode"]
    assert "Sample Street" not in entry.details_json
    assert list(Verification({}).findings()) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"postcode": "97201"}, "postcode"),
        ({"state": "OR"}, "state"),
        ({"asked": ""}, "asked"),
        ({"line1": ""}, "line1"),
    ],
)
def test_nothing_undeliverable_and_nothing_unasked_is_written(
    desk: Client, order: Order, changes: dict[str, str], field: str
) -> None:
    before = where(order)

    page = desk.post(page_of(order), corrected(**changes))

    assert list(page.context["form"].errors) == [field]
    assert where(order) == before


def test_the_country_stays_whatever_is_sent(desk: Client, order: Order) -> None:
    desk.post(page_of(order), corrected(country="US"))

    assert where(order).endswith("Australia")


@pytest.mark.parametrize("status", ["Dispatched", "Complete", "Cancelled"])
def test_what_has_left_or_was_cancelled_stays_as_it_is(
    desk: Client, order: Order, staff: User, status: str
) -> None:
    Order.objects.update(status=status)
    before = where(order)

    told = desk.post(page_of(order), corrected(), follow=True).content.decode()

    assert f"The order is “{status}”" in told
    assert where(order) == before
    with pytest.raises(InvalidOrderStatus):
        correct_address(order, WRONG, by=staff, note="again")


def test_an_order_that_another_page_still_shows_as_packed_is_asked_again(
    order: Order, staff: User
) -> None:
    Order.objects.update(status="Dispatched")

    with pytest.raises(InvalidOrderStatus):
        correct_address(order, WRONG, by=staff, note="from an old page")


def test_nothing_changed_tells_nobody(order: Order, staff: User) -> None:
    before = Entry.objects.count()

    correct_address(order, {"line1": "1 Sample Street"}, by=staff, note="nothing")

    assert Entry.objects.count() == before


def test_who_pays_for_an_address_no_parcel_arrives_at_gets_the_money_back(
    approved: Prescription, medicine: Product, stripe: Emulator, monkeypatch: Any
) -> None:
    monkeypatch.setitem(paying.TOWNS, "AU", {"line4": "Sydney"})
    attempt, url = open_card_page(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60))
    )
    pay_by_card(url)

    attempt = settle(attempt)

    assert not Order.objects.exists()
    assert PaymentAttempt.objects.get().status == Status.VOIDED
    assert intent_statuses(stripe) == ["canceled"]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_a_correction_and_a_parcel_that_leaves_the_label_knows(
    order: Order, staff: User
) -> None:
    """Whichever is first: a parcel that has left was labelled with the address that stands."""
    made_ready(order)
    first, second = (Order.objects.get(pk=order.pk) for _ in range(2))
    labelled = []

    def leave() -> None:
        with transaction.atomic():
            EventHandler(user=staff).handle_order_status_change(first, "Dispatched")
            labelled.append(where(order))

    _left, corrected_then = at_once(
        leave, lambda: correct_address(second, WRONG, by=staff, note="in the last moment")
    )

    assert Order.objects.get().status == "Dispatched"
    assert labelled == [where(order)]
    assert corrected_then is None or isinstance(corrected_then, InvalidOrderStatus)
