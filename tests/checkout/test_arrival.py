"""What a customer reads when tablets end before more are expected, and what they can do."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.prescriptions.models import Prescription
from shop.settling.settle import settle
from tests.checkout.walking import ADDRESS, step
from tests.conftest import basket_with, pack_of, send_prescription, signed_in
from tests.settling.paying import open_card_page, pay_by_card
from tests.signed import load_medicines

# A Monday at noon; express is then expected by Thursday, standard by Tuesday of the next week.
MONDAY = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
RUNS_OUT = "Your tablets may run out before more arrive"
HAS_RUN_OUT = "By our count your tablets have run out"
CANCEL = "Until it has left us you can cancel free of charge."


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def client(approved: Prescription, medicine: Product) -> Client:
    basket_with(approved.user, pack_of(medicine, 10, 60))
    client = signed_in(approved.user)
    client.post(step("shipping-address"), ADDRESS)
    return client


def left(days: int | None) -> None:
    Prescription.objects.update(days_left=days)


def page_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def checked(page: str) -> str:
    """The way of delivery that is chosen when the page opens."""
    return page.partition(" required checked>")[0].rpartition('value="')[2].strip('"')


@pytest.mark.parametrize(
    ("days_left", "chosen", "too_late", "heading"),
    [
        (None, "standard", 0, ""),
        (9, "standard", 0, ""),
        (8, "express", 1, ""),
        (4, "express", 1, ""),
        (3, "express", 2, RUNS_OUT),
        (0, "express", 2, HAS_RUN_OUT),
    ],
)
def test_each_delivery_says_whether_it_comes_in_time(
    days_left: int | None, chosen: str, too_late: int, heading: str, client: Client
) -> None:
    left(days_left)

    page = page_of(client, step("shipping-method"))

    assert "Ordered today, expected by Tuesday, 1 December 2026" in page
    assert "Ordered today, expected by Thursday, 26 November 2026" in page
    assert "We do not know public holidays" in page
    assert checked(page) == chosen
    assert page.count("Too late") == too_late
    assert "".join(each for each in (RUNS_OUT, HAS_RUN_OUT) if each in page) == heading


def test_the_one_that_comes_too_late_can_be_chosen_and_is_named_again(client: Client) -> None:
    left(5)
    client.post(step("shipping-method"), {"method_code": "standard"})

    page = page_of(client, step("preview"))

    assert "Standard delivery" in page
    assert "Ordered today, expected by Tuesday, 1 December 2026" in page
    assert RUNS_OUT in page


def test_the_faster_one_is_not_warned_of(client: Client) -> None:
    left(5)
    client.post(step("shipping-method"), {"method_code": "express"})

    page = page_of(client, step("preview"))

    assert "expected by Thursday, 26 November 2026" in page
    assert RUNS_OUT not in page


@pytest.mark.parametrize(
    ("days_left", "heading"), [(0, HAS_RUN_OUT), (4, RUNS_OUT), (5, None), (None, None)]
)
def test_the_page_after_sending_warns_and_leads_to_taking_it_back(
    days_left: int | None, heading: str | None, prescription: Prescription
) -> None:
    left(days_left)

    page = page_of(
        signed_in(prescription.user), reverse("prescriptions:detail", args=[prescription.reference])
    )

    assert [each for each in (HAS_RUN_OUT, RUNS_OUT) if each in page] == ([heading] * bool(heading))
    assert (CANCEL in page) == bool(heading)
    assert ('href="#take-back"' in page) == bool(heading)
    assert 'id="take-back"' in page


def test_the_warning_says_what_to_do_with_its_sources(customer: User, db: None) -> None:
    load_medicines(packs=True)
    prescription = send_prescription(customer, Product.objects.get(title="Baclofen tablets"))
    left(1)

    page = page_of(
        signed_in(customer), reverse("prescriptions:detail", args=[prescription.reference])
    )

    for words in (
        "Do not stop suddenly, and do not wait for the parcel.",
        "Ask your prescriber, or a pharmacy near you, now for an emergency supply",
        "Stopping all at once can cause hallucinations, seizures",
        "hallucinations began about 18 to 31 hours after the last tablet",
        "Call 000 if, after missed doses, you have",
        'href="tel:+15550100"',
        "Monday, 23 November 2026",
    ):
        assert words in page
    sources = reverse("catalogue:sources", kwargs={"slug": "baclofen"})
    assert f'<a href="{sources}#s-' in page


def test_the_form_says_when_tablets_can_be_there(customer: User, medicine: Product) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))

    page = page_of(signed_in(customer), step("prescription"))

    assert "your tablets are expected by Friday, 27 November 2026" in page
    assert "do not wait for us" in page


class TestOrder:
    @pytest.fixture
    def order(
        self, approved: Prescription, medicine: Product, customer: User, stripe: Emulator
    ) -> Order:
        """On its way by standard delivery, with four days of tablets left."""
        left(4)
        attempt, url = open_card_page(customer, basket_with(customer, pack_of(medicine, 10, 60)))
        pay_by_card(url)
        settle(attempt)
        return Order.objects.get()

    def shown(self, order: Order, *, status: str) -> str:
        Order.objects.update(status=status)
        return page_of(signed_in(order.user), reverse("customer:order", args=[order.number]))

    def test_it_is_warned_of_while_it_has_not_come(self, order: Order) -> None:
        cancel = reverse("customer:order-cancel", args=[order.number])

        paid, packed = (self.shown(order, status=each) for each in ("Paid", "Dispensing"))
        sent, delivered = (self.shown(order, status=each) for each in ("Dispatched", "Complete"))

        assert [RUNS_OUT in page for page in (paid, packed, sent, delivered)] == [True] * 3 + [
            False
        ]
        assert "Expected by Tuesday, 1 December 2026." in paid
        assert f'<a href="{cancel}">How to cancel</a>' in paid
        assert "Call us, and we cancel it." in packed
        assert CANCEL not in sent
        assert "xpected by" not in delivered

    def test_a_parcel_that_should_be_there_is_asked_about(self, order: Order) -> None:
        Order.objects.update(status="Dispensing")
        order.refresh_from_db()
        order.set_status("Dispatched")

        with time_machine.travel(MONDAY + datetime.timedelta(days=8), tick=False):
            page = self.shown(order, status="Dispatched")

        assert "It was expected by Monday, 30 November 2026." in page
        assert HAS_RUN_OUT in page
