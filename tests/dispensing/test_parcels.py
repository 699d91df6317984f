"""Carrier and number, in the customer's mail and on the page; the day; what is late against what is left."""

from __future__ import annotations

import datetime
import re
from fractions import Fraction
from io import StringIO

import pypdfium2
import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.audit.verification import Verification
from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.sending import services
from shop.sending.models import Carrier, Parcel
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind
from shop.tasks.models import Task
from tests.conftest import (
    approve,
    make_superintendent,
    pack_of,
    patient_answers,
    send_prescription,
    signed_in,
)
from tests.dispensed import addressed, carrier, check, dispense
from tests.standing.paid import place

pytestmark = pytest.mark.django_db
NUMBER = "1234567890"


@pytest.fixture
def ready(order: Order, staff: User, pharmacist: User) -> Order:
    """Dispensed and checked, with no carrier yet."""
    dispense(order, by=staff)
    check(order, by=pharmacist)
    return Order.objects.get()


@pytest.fixture
def sent(ready: Order, staff: User) -> Order:
    EventHandler(user=staff).send(ready, carrier=carrier(), number=NUMBER)
    return Order.objects.get()


def in_days(days: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + datetime.timedelta(days=days), tick=False)


def test_without_a_number_it_does_not_leave(ready: Order, staff: User) -> None:
    with pytest.raises(InvalidOrderStatus, match="no carrier and number"):
        EventHandler(user=staff).handle_order_status_change(ready, OrderStatus.DISPATCHED)


@pytest.mark.parametrize("number", ["", "12345", "1" * 41, "http://x", "<b>1234567</b>", "ÄÖÜ1234"])
def test_what_is_no_number_is_refused(number: str, ready: Order, staff: User) -> None:
    with pytest.raises(InvalidOrderStatus, match="letters and digits"):
        EventHandler(user=staff).send(ready, carrier=carrier(), number=number)

    assert not Parcel.objects.exists()
    assert Order.objects.get().status == OrderStatus.DISPENSING


def test_a_number_is_written_plainly_and_known_by_its_carrier(ready: Order) -> None:
    usps = Carrier.objects.create(
        name="USPS", link="https://usps.example/?n={number}", pattern=r"9\d{21}"
    )
    carrier()

    assert services.plain(" 9270 1901 0083 0000 1234 56\n") == "9270190100830000123456"
    assert services.carrier_for("9270190100830000123456") == usps
    assert services.carrier_for(NUMBER) == carrier()
    assert services.carrier_for("ABCDEFGH") is None
    Carrier.objects.create(name="Another", link="https://other.example/{number}", pattern=r"\d{10}")
    assert services.carrier_for(NUMBER) is None
    Carrier.objects.filter(name="Another").update(is_used=False)
    assert services.carrier_for(NUMBER) == carrier()


def test_the_customer_reads_carrier_number_and_day(sent: Order, staff: User) -> None:
    parcel = Parcel.objects.get()
    page = signed_in(sent.user).get(reverse("customer:order", args=[sent.number])).content.decode()
    day = f"{parcel.expected_by:%A}, {parcel.expected_by.day} {parcel.expected_by:%B %Y}"

    assert f'href="https://post.example/{NUMBER}"' in page
    assert "Post of the tests" in page
    assert f"Expected by {day}." in page
    assert parcel.by == staff
    assert Entry.objects.filter(action="parcel.send").count() == 1
    assert list(Verification({}).findings()) == []


@pytest.mark.django_db(transaction=True)
def test_and_in_the_mail(order: Order, staff: User, pharmacist: User) -> None:
    dispense(order, by=staff)
    check(order, by=pharmacist)
    mail.outbox.clear()

    EventHandler(user=staff).send(Order.objects.get(), carrier=carrier(), number=NUMBER)

    [message] = mail.outbox
    parcel = Parcel.objects.get()
    assert f"https://post.example/{NUMBER}" in message.body
    assert f"{parcel.expected_by.day} {parcel.expected_by:%B %Y}" in message.body
    assert "baclofen" not in message.body.lower()


def test_while_it_is_under_way_the_page_names_what_is_and_what_comes(sent: Order) -> None:
    url = reverse("customer:order", args=[sent.number])

    page = " ".join(signed_in(sent.user).get(url).content.decode().split())

    assert re.search(r"Now: </span>On its way to you", page)
    assert "Delivered" not in page
    EventHandler().handle_order_status_change(sent, OrderStatus.COMPLETE)
    assert re.search(
        r"Done: </span>Delivered", " ".join(signed_in(sent.user).get(url).content.decode().split())
    )


def test_staff_say_that_it_came(sent: Order, staff: User) -> None:
    signed_in(staff).post(reverse("dispensing:delivered", args=[sent.number]))

    parcel = Parcel.objects.get()
    assert Order.objects.get().status == OrderStatus.COMPLETE
    assert (parcel.delivered_by, parcel.delivered_at is not None) == (staff, True)
    assert list(Verification({}).findings()) == []


@pytest.fixture
def runs_short(medicine: Product, customer: User, pharmacist: User, staff: User) -> Order:
    """On its way to somebody who has enough for six days, today among them."""
    prescription = send_prescription(
        customer, medicine, answers=patient_answers(taking="here", days_left=6)
    )
    approve(prescription, medicine, by=pharmacist, units_a_day=Fraction(3))
    order = place(customer, pack_of(medicine, 10, 60))
    dispense(order, by=staff)
    check(order)
    EventHandler(user=staff).send(Order.objects.get(), carrier=carrier(), number=NUMBER)
    return Order.objects.get()


def follow() -> str:
    out = StringIO()
    call_command("follow_parcels", stdout=out)
    return out.getvalue()


def test_a_late_parcel_is_a_pharmacists_task_by_the_last_day_with_enough(
    runs_short: Order,
) -> None:
    expected = Parcel.objects.get().expected_by
    last_day = timezone.localdate() + datetime.timedelta(days=5)
    assert follow().startswith("0 late")

    with time_machine.travel(
        datetime.datetime.combine(expected, datetime.time(12), datetime.UTC)
        + datetime.timedelta(days=1),
        tick=False,
    ):
        assert follow().startswith("1 late")
        assert follow().startswith("0 late")
        today = timezone.localdate()

    task = Task.objects.get(kind=Kind.PARCEL_LATE)
    assert task.due == max(last_day, today)
    assert runs_short.number in task.words
    assert f"enough until {last_day.day} {last_day:%B %Y}" in task.words
    EventHandler().handle_order_status_change(runs_short, OrderStatus.COMPLETE)
    assert not Task.objects.still_open().filter(kind=Kind.PARCEL_LATE).exists()


def test_so_many_days_later_it_counts_as_delivered_unless_somebody_still_looks_for_it(
    sent: Order, pharmacist: User
) -> None:
    with in_days(9):
        assert follow().startswith("1 late")
    with in_days(30):
        assert follow() == "0 late parcels are asked about, 0 count as delivered\n"
        tasks.close_by_hand(Task.objects.get(kind=Kind.PARCEL_LATE), by=pharmacist, how="It came.")
        assert follow() == "0 late parcels are asked about, 1 count as delivered\n"

    assert Order.objects.get().status == OrderStatus.COMPLETE
    assert Parcel.objects.get().delivered_by is None


def test_the_packing_slip_says_what_is_inside_and_who_answers(
    ready: Order, staff: User, pharmacist: User
) -> None:
    printed = signed_in(staff).get(reverse("dispensing:slip", args=[ready.number]))

    document = pypdfium2.PdfDocument(printed.content)
    page = document[0]
    text = page.get_textpage()
    words, size = " ".join(text.get_text_range().split()), page.get_size()
    for part in (text, page, document):
        part.close()
    assert [round(length / 72 * 25.4) for length in size] == [148, 210]
    for said in (
        ready.number,
        "1 × Baclofen tablets, 10 mg × 60 tablets",
        "1 Sample Street",
        "+1 555 0100",
        f"Checked by {pharmacist.name}",
    ):
        assert said in words


def test_the_superintendent_keeps_the_carriers_and_nobody_else(staff: User) -> None:
    kept, boss = carrier(), signed_in(make_superintendent())
    url = reverse("dispensing:carrier", args=[kept.pk])
    good = {
        "name": "Post",
        "link": "https://post.example/of/{number}",
        "pattern": "",
        "is_used": "on",
    }

    assert signed_in(staff).post(url, good).status_code == 404
    for wrong in (
        {"link": "http://post.example/{number}"},
        {"link": "https://post.example/"},
        {"link": "javascript:{number}"},
        {"pattern": "("},
    ):
        assert b"problem" in boss.post(url, {**good, **wrong}).content
    boss.post(url, good)

    assert Carrier.objects.get().name == "Post"
    assert (
        "https://post.example/of/{number}"
        in boss.get(reverse("dispensing:carriers")).content.decode()
    )
    assert list(Verification({}).findings()) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Carrier.objects.update(link="https://post.example/")


def test_a_parcel_has_one_number(ready: Order, staff: User) -> None:
    addressed(ready, by=staff)

    with pytest.raises(InvalidOrderStatus, match="already"):
        EventHandler(user=staff).send(ready, carrier=carrier(), number=NUMBER)
