"""Batches as people use them: a pack is scanned, received, counted, written off, called back."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.prescriptions.models import Prescription
from shop.stock.models import Batch, Gtin, Held
from tests.conftest import pack_of, signed_in
from tests.dispensed import dispatch
from tests.standing.paid import place

pytestmark = pytest.mark.usefixtures("whatever_a_page_changes_is_in_the_log")
LINE = "]d201093123450025661728073110F1260<GS>217XK29QD4"


@pytest.fixture
def desk(staff: User) -> Client:
    return signed_in(staff)


@pytest.fixture
def page(medicine: Product) -> str:
    return reverse("dashboard:stock-batches", args=[medicine.pk])


@pytest.fixture
def record(medicine: Product) -> StockRecord:
    found: StockRecord = pack_of(medicine, 10, 60).stockrecords.get()
    return found


def received(record: StockRecord, **changes: Any) -> dict[str, Any]:
    said = {
        "do": "receive",
        "receive-gtin": "09312345002566",
        "receive-pack": record.product_id,
        "receive-number": "F1260",
        "receive-expires": "2028-07-31",
        "receive-packs": "48",
        "receive-cost": "20.10",
        "receive-note": "Example Wholesale, DN 55120",
    }
    return said | {f"receive-{name}": value for name, value in changes.items()}


def test_a_scanned_pack_is_received_with_its_batch(
    desk: Client, page: str, record: StockRecord, superintendent: User
) -> None:
    html = desk.get(page, {"scan": LINE}).content.decode()
    for value in ("09312345002566", "F1260", "2028-07-31"):
        assert f'value="{value}"' in html

    done = desk.post(page, received(record), follow=True).content.decode()

    assert "48 packs of batch F1260 are on the shelf." in done
    assert StockRecord.objects.get(pk=record.pk).num_in_stock == 53
    assert "By somebody else" in done
    assert "Batches and the shop&#x27;s own numbers agree." in done or "numbers agree" in done
    gtin = Gtin.objects.get()
    signed_in(superintendent).post(reverse("dashboard:stock-confirm", args=[gtin.pk]), {"right": 1})
    assert Gtin.objects.get().confirmed_by == superintendent
    again = desk.get(page, {"scan": LINE}).content.decode()
    assert f'<option value="{record.product_id}" selected>' in again


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires": "2020-01-01"}, "It has expired."),
        ({"packs": "0"}, "greater than or equal to 1"),
        ({"number": ""}, "This field is required."),
        ({"note": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_received_says_why(
    changes: dict[str, str], words: str, desk: Client, page: str, record: StockRecord
) -> None:
    html = desk.post(page, received(record, **changes)).content.decode()

    assert words in html
    assert StockRecord.objects.get(pk=record.pk).num_in_stock == 5


def test_a_line_that_is_no_pack_says_so(desk: Client, page: str, medicine: Product) -> None:
    assert "not the code of a pack" in desk.get(page, {"scan": "100059"}).content.decode()


def test_a_count_by_somebody_who_saw_another_number_is_refused(
    desk: Client, page: str, record: StockRecord
) -> None:
    batch = Batch.objects.get(stockrecord=record)
    said = {
        "do": "count",
        "count-batch": batch.pk,
        "count-packs": "4",
        "count-reason": "not-found",
    }

    stale = desk.post(page, said | {f"seen-{batch.pk}": "9"}).content.decode()
    assert "Count again." in stale
    done = desk.post(page, said | {f"seen-{batch.pk}": "5"}, follow=True).content.decode()
    assert "is counted: 4" in done

    assert StockRecord.objects.get(pk=record.pk).num_in_stock == 4


def test_what_is_written_off_is_gone(desk: Client, page: str, record: StockRecord) -> None:
    batch = Batch.objects.get(stockrecord=record)
    said = {
        "do": "write_off",
        "write_off-batch": batch.pk,
        "write_off-packs": "2",
        "write_off-reason": "damaged",
    }

    html = desk.post(page, said, follow=True).content.decode()

    assert "are written off" in html
    assert "5 → 3" in html
    assert StockRecord.objects.get(pk=record.pk).num_in_stock == 3


def test_a_recall_lists_orders_patients_and_letters(
    desk: Client, medicine: Product, record: StockRecord, approved: Prescription, staff: User
) -> None:
    order = Order.objects.get(pk=place(approved.user, record.product).pk)
    dispatch(order, by=staff)
    batch = Batch.objects.get(stockrecord=record)
    start = reverse("dashboard:stock-recalls", args=[medicine.pk])

    html = desk.post(
        start, {"batch": batch.pk, "why": "Cracked tablets", "notice": "1/B"}, follow=True
    ).content.decode()

    assert Batch.objects.get(pk=batch.pk).held == Held.RECALLED
    for words in (order.number, "Robin Example", "Cracked tablets"):
        assert words in html
    recall = batch.recalls.get()
    letters = desk.get(reverse("dashboard:stock-letters", args=[recall.pk])).content.decode()
    assert "Robin Example" in letters
    assert "Do not change or stop your treatment" in letters
    assert Entry.objects.filter(action="recall.open").count() == 2
    desk.post(reverse("dashboard:stock-recall-end", args=[recall.pk]))
    assert batch.recalls.get().ended_at


def test_more_batches_cost_the_page_no_more_queries(
    desk: Client, page: str, record: StockRecord, django_assert_max_num_queries: Any
) -> None:
    day = timezone.localdate() + datetime.timedelta(days=400)
    Batch.objects.bulk_create(
        Batch(stockrecord=record, number=f"N{n}", expires=day, on_shelf=1) for n in range(60)
    )
    with django_assert_max_num_queries(50):
        desk.get(page)
    Batch.objects.filter(number__startswith="N").delete()


def test_the_superintendent_recalls_a_batch_too(
    superintendent: User, medicine: Product, record: StockRecord
) -> None:
    batch = Batch.objects.get(stockrecord=record)
    client = signed_in(superintendent)
    start = reverse("dashboard:stock-recalls", args=[medicine.pk])

    page = client.post(start, {"batch": batch.pk, "why": "Cracked tablets"}, follow=True)

    assert page.status_code == 200
    assert "No pack of this batch has left." in page.content.decode()
