"""Receiving, counting, writing off, holding; nothing that has expired is sold; codes of packs; recalls."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import live_rows, log
from shop.audit.models import Entry
from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.placing.refusals import Refused as NotPlaced
from shop.prescriptions.models import Prescription
from shop.stock import codes, keeping, recalling, scanning, shelf, supplying
from shop.stock.keeping import Delivery, Refused, Why
from shop.stock.models import Batch, Gtin, Held, Reason, Recall, Supplied
from tests.conftest import pack_of
from tests.dispensed import dispatch, made_ready
from tests.standing.paid import place
from tests.stocked import stocked

pytestmark = pytest.mark.django_db
GS = "\x1d"
NUMBER = "09312345002566"
LINE = f"]d201{NUMBER}1728073110F1260{GS}217XK29QD4"


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        LINE.replace(GS, "<GS>"),
        LINE.removeprefix("]d2"),
        f"01{NUMBER}217XK29QD4{GS}10F1260{GS}17280731",
        f"  {LINE}  ",
    ],
)
def test_the_line_of_a_scanner_is_read_whole(line: str) -> None:
    found = scanning.read(line)

    assert found == scanning.Scan(NUMBER, "F1260", datetime.date(2028, 7, 31), "7XK29QD4")


def test_day_nought_is_the_last_of_its_month() -> None:
    found = scanning.read(f"01{NUMBER}1728020010A")

    assert found.expires == datetime.date(2028, 2, 29)


def test_the_bars_alone_are_a_pack_without_batch() -> None:
    assert scanning.read("9312345002566") == scanning.Scan(NUMBER)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "100059",
        f"01{NUMBER[:-1]}51728073110F1260",
        f"01{NUMBER}17289931",
        f"01{NUMBER}1728073110F1260{GS}99",
        f"10F1260{GS}17280731",
        "9312345002565",
    ],
)
def test_what_is_no_code_of_a_pack_is_refused(line: str) -> None:
    with pytest.raises(scanning.Unreadable):
        scanning.read(line)


@pytest.fixture
def record(medicine: Product) -> StockRecord:
    found: StockRecord = pack_of(medicine, 10, 60).stockrecords.get()
    return found


@pytest.fixture
def why(staff: User) -> Why:
    return Why(actor_of(staff), Reason.RECEIVED, "DN 1")


def in_stock(record: StockRecord) -> int:
    return int(StockRecord.objects.get(pk=record.pk).num_in_stock)


def ahead(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def test_what_is_received_is_in_stock_and_in_the_log(
    record: StockRecord, why: Why, staff: User
) -> None:
    keeping.receive(record, Delivery("B1", ahead(400), 12, Decimal("11.10")), why=why)
    keeping.receive(record, Delivery("B1", ahead(400), 3), why=why)

    batch = Batch.objects.get(number="B1")
    assert (batch.on_shelf, batch.cost, in_stock(record)) == (15, Decimal("11.10"), 20)
    entry = Entry.objects.filter(action="batch.receive").first()
    assert entry is not None
    assert (entry.actor_id, entry.details["was"], entry.details["is"]) == (staff.pk, 12, 15)
    assert (entry.details["reason"], entry.details["note"]) == ("received", "DN 1")
    assert list(live_rows.findings()) == []


def test_one_batch_has_one_expiry_date(record: StockRecord, why: Why) -> None:
    keeping.receive(record, Delivery("B1", ahead(400), 12), why=why)

    with pytest.raises(Refused):
        keeping.receive(record, Delivery("B1", ahead(401), 12), why=why)
    assert in_stock(record) == 17


@pytest.mark.parametrize("delivery", [("B1", -1, 5), ("B1", 400, 0), ("B1", 400, -2)])
def test_what_cannot_come_is_refused(
    delivery: tuple[str, int, int], record: StockRecord, why: Why
) -> None:
    number, days, packs = delivery
    with pytest.raises(Refused):
        keeping.receive(record, Delivery(number, ahead(days), packs), why=why)


def test_a_count_that_differs_needs_a_reason_and_the_number_that_was_seen(
    record: StockRecord, why: Why
) -> None:
    batch = Batch.objects.get(stockrecord=record)
    actor = why.actor
    for packs, seen, reason in ((4, 5, Reason.COUNT), (4, 6, Reason.NOT_FOUND), (4, 5, "x")):
        with pytest.raises(Refused):
            keeping.count(batch, packs=packs, seen=seen, why=Why(actor, reason))

    keeping.count(batch, packs=4, seen=5, why=Why(actor, Reason.NOT_FOUND))
    assert in_stock(record) == 4


def test_no_more_is_written_off_than_there_is(record: StockRecord, why: Why) -> None:
    batch = Batch.objects.get(stockrecord=record)

    with pytest.raises(Refused):
        keeping.write_off(batch, packs=6, why=Why(why.actor, Reason.DAMAGED))
    keeping.write_off(batch, packs=2, why=Why(why.actor, Reason.DAMAGED))

    assert in_stock(record) == 3


def test_what_was_in_stock_before_is_counted_in_as_a_batch(record: StockRecord) -> None:
    Batch.objects.filter(stockrecord=record).delete()

    assert keeping.count_in_first_stock() == 1

    batch = Batch.objects.get(stockrecord=record)
    assert (batch.on_shelf, batch.expires, in_stock(record)) == (5, None, 5)
    assert "expiry date" in supplying.why_not(batch)
    keeping.say_expiry(batch, number="A1", expires=ahead(300), why=Why(log.SYSTEM, Reason.READ))
    assert supplying.why_not(Batch.objects.get(pk=batch.pk)) == ""


def test_the_daily_command_writes_off_and_holds(record: StockRecord, settings: Any) -> None:
    Batch.objects.filter(stockrecord=record).update(expires=ahead(-1))
    stocked(record, 3, number="SHORT", lasts=settings.BATCH_LEAST_DAYS - 1)
    stocked(record, 2, number="LONG")

    call_command("tidy_stock", stdout=io.StringIO())

    rows = {
        batch.number: (batch.on_shelf, batch.held)
        for batch in Batch.objects.filter(stockrecord=record)
    }
    assert sorted(rows.values()) == [(0, ""), (2, ""), (3, Held.SHORT)]
    assert in_stock(record) == 2


@pytest.mark.parametrize("days", [-1, 0, 10])
def test_nothing_that_ends_is_sold_though_no_command_ran(
    days: int, approved: Prescription, record: StockRecord, medicine: Product
) -> None:
    Batch.objects.filter(stockrecord=record).update(expires=ahead(days))

    with pytest.raises(NotPlaced):
        place(approved.user, record.product)

    assert not Order.objects.exists()
    assert in_stock(record) == 5


def test_what_is_promised_already_is_not_sold_from_what_is_in_date(
    approved: Prescription, record: StockRecord
) -> None:
    """Five of which one is in date, and that one is promised to somebody."""
    Batch.objects.filter(stockrecord=record).update(expires=ahead(-1), on_shelf=4)
    Batch.objects.create(stockrecord=record, number="GOOD", expires=ahead(500), on_shelf=1)
    StockRecord.objects.filter(pk=record.pk).update(num_allocated=1)

    with pytest.raises(NotPlaced):
        place(approved.user, record.product)


def test_the_first_to_expire_leaves_first(
    approved: Prescription, record: StockRecord, staff: User
) -> None:
    stocked(record, 2, number="SOONER", lasts=200)
    order = place(approved.user, record.product)

    dispatch(order, by=staff)

    left = Supplied.objects.get()
    assert (left.batch.number, left.packs, left.batch.on_shelf) == ("SOONER", 1, 1)
    assert in_stock(record) == 6
    assert Entry.objects.filter(action="batch.supply").count() == 1
    assert list(live_rows.findings()) == []


@pytest.mark.parametrize(
    "what", [{"held": Held.RECALLED}, {"expires": ahead(-1)}, {"expires": None}]
)
def test_what_was_recalled_or_has_expired_since_does_not_leave(
    what: dict[str, Any], approved: Prescription, record: StockRecord, staff: User
) -> None:
    order = place(approved.user, record.product)
    made_ready(order)
    Batch.objects.filter(stockrecord=record).update(**what)

    with pytest.raises(InvalidOrderStatus):
        EventHandler(user=staff).handle_order_status_change(order, OrderStatus.DISPATCHED)

    assert Order.objects.get().status == OrderStatus.DISPENSING
    assert not Supplied.objects.exists()
    assert in_stock(record) == 5


def test_a_recall_holds_at_once_and_names_who_has_it(
    approved: Prescription, record: StockRecord, staff: User, pharmacist: User
) -> None:
    order = place(approved.user, record.product)
    dispatch(order, by=staff)
    batch = Batch.objects.get(stockrecord=record)

    recall = recalling.start(batch, why="Cracked tablets", notice="2026-1", by=pharmacist)

    assert (in_stock(record), shelf.may_be_sold(record)) == (0, 0)
    assert [(each.order.number, each.packs) for each in recalling.holders(batch)] == [
        (order.number, 1)
    ]
    with pytest.raises(Refused):
        recalling.start(batch, why="Again", notice="", by=pharmacist)
    recalling.end(recall, by=pharmacist)
    assert Recall.objects.get().ended_at
    assert list(live_rows.findings()) == []


def test_what_left_is_never_changed(
    approved: Prescription, record: StockRecord, staff: User
) -> None:
    dispatch(place(approved.user, record.product), by=staff)

    with pytest.raises(IntegrityError), transaction.atomic():
        Supplied.objects.update(packs=9)


@pytest.fixture
def known(record: StockRecord, staff: User, superintendent: User) -> Gtin:
    """The code of the pack, confirmed; and its batch as the line has it."""
    gtin = codes.enter(NUMBER, pack=record.product, by=staff)
    codes.confirm(gtin, by=superintendent)
    keeping.receive(
        record,
        Delivery("F1260", datetime.date(2028, 7, 31), 4),
        why=Why(actor_of(staff), Reason.RECEIVED),
    )
    return gtin


def test_the_right_pack_is_found_with_its_batch(known: Gtin, record: StockRecord) -> None:
    found = codes.scanned(LINE, pack=record.product)

    assert (found.batch.number, found.serial, found.asks) == ("F1260", "7XK29QD4", "")


def of_another_batch(record: StockRecord) -> str:
    return LINE.replace("F1260", "F1261")


def of_another_date(record: StockRecord) -> str:
    return LINE.replace("280731", "280831")


def unconfirmed(record: StockRecord) -> str:
    Gtin.objects.update(confirmed_by=None)
    return LINE


def unknown(record: StockRecord) -> str:
    return LINE.replace(NUMBER, "09506000134352")


def recalled(record: StockRecord) -> str:
    Batch.objects.filter(number="F1260").update(held=Held.RECALLED)
    return LINE


def expired(record: StockRecord) -> str:
    Batch.objects.filter(number="F1260").update(expires=ahead(-1))
    return LINE.replace("17280731", f"17{ahead(-1):%y%m%d}")


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (of_another_batch, "was never received"),
        (of_another_date, "another expiry date"),
        (unconfirmed, "confirm the number"),
        (unknown, "Nobody knows the number"),
        (recalled, "is recalled"),
        (expired, "has expired"),
        (lambda _record: "nonsense", "code of a pack"),
    ],
)
def test_another_pack_is_refused_with_the_reason(
    way: Any, words: str, known: Gtin, record: StockRecord
) -> None:
    with pytest.raises(codes.NotThisPack, match=words):
        codes.scanned(way(record), pack=record.product)


def test_another_strength_is_refused(known: Gtin, medicine: Product) -> None:
    with pytest.raises(codes.NotThisPack, match="Stop: this is"):
        codes.scanned(LINE, pack=pack_of(medicine, 25, 60))


def test_a_batch_that_ends_before_the_supply_is_used_up_is_not_picked(
    known: Gtin, record: StockRecord
) -> None:
    with pytest.raises(codes.NotThisPack, match="before this supply is used up"):
        codes.scanned(LINE, pack=record.product, lasts_until=datetime.date(2028, 8, 1))
    assert codes.scanned(LINE, pack=record.product, lasts_until=datetime.date(2028, 7, 31))


def test_one_that_ends_soon_is_asked_about(known: Gtin, record: StockRecord, settings: Any) -> None:
    settings.BATCH_ASK_DAYS = 10_000

    assert "expires in" in codes.scanned(LINE, pack=record.product).asks


def test_a_pack_with_a_serial_number_leaves_once(
    known: Gtin, approved: Prescription, record: StockRecord
) -> None:
    order = place(approved.user, record.product)
    line = order.lines.get()
    batch = Batch.objects.get(number="F1260")
    taken = {line.pk: [supplying.Taken(batch.pk, serial="7XK29QD4")]}
    supplying.supply(order, [line], actor=log.SYSTEM, picked=taken)

    with pytest.raises(codes.NotThisPack, match=f"order {order.number}"):
        codes.scanned(LINE, pack=record.product)


def test_a_number_belongs_to_one_pack_and_is_confirmed_by_another_person(
    record: StockRecord, medicine: Product, staff: User, superintendent: User
) -> None:
    gtin = codes.enter(NUMBER, pack=record.product, by=staff)
    with pytest.raises(Refused):
        codes.enter(NUMBER, pack=pack_of(medicine, 25, 60), by=superintendent)
    with pytest.raises(Refused):
        codes.confirm(gtin, by=staff)

    codes.confirm(gtin, by=superintendent)

    with pytest.raises(Refused):
        codes.take_out(gtin, by=staff)
    assert list(live_rows.findings()) == []


def test_where_there_is_one_person_they_confirm_it(record: StockRecord, staff: User) -> None:
    gtin = codes.enter(NUMBER, pack=record.product, by=staff)

    codes.confirm(gtin, by=staff)

    assert Gtin.objects.get().confirmed_by == staff
