"""After any sequence of what happens to stock, batches and Oscar's numbers agree."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.audit import log
from shop.order.models import Line
from shop.order.processing import EventHandler
from shop.order.utils import OrderCreator, OutOfStock
from shop.order_statuses import OrderStatus
from shop.stock import agreeing, keeping, supplying
from shop.stock.keeping import Refused, Why
from shop.stock.models import Batch, Held, Reason, Supplied
from tests.conftest import pack_of
from tests.stocked import stocked

pytestmark = pytest.mark.django_db
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "receive",
                "sell",
                "leave",
                "cancel",
                "count",
                "write_off",
                "recall",
                "release",
                "tidy",
            ]
        ),
        st.integers(min_value=0, max_value=4),
        st.integers(min_value=0, max_value=9),
    ),
    max_size=25,
)
LIVES = (-1, 5, 40, 80, 700)


class Shop:
    """One pack, with whatever is done to it; what is refused changes nothing."""

    def __init__(self, record: StockRecord) -> None:
        self.record = record
        self.orders: list[Order] = []

    def do(self, act: str, which: int, packs: int) -> None:
        try:
            with transaction.atomic():
                getattr(self, act)(which, packs)
        except (Refused, OutOfStock, supplying.NoBatch, InvalidOrderStatus):
            pass

    def _batch(self, which: int) -> Batch:
        batches = list(Batch.objects.filter(stockrecord=self.record).order_by("pk"))
        if not batches:
            raise Refused("there is none")
        return batches[which % len(batches)]

    def receive(self, which: int, packs: int) -> None:
        batch = stocked(self.record, packs, number=f"B{which}", lasts=max(LIVES[which], 0))
        if LIVES[which] < 0:
            yesterday = timezone.localdate() - datetime.timedelta(days=1)
            Batch.objects.filter(pk=batch.pk).update(expires=yesterday)

    def sell(self, which: int, packs: int) -> None:
        order = Order.objects.create(
            number=f"T{len(self.orders)}",
            status=OrderStatus.PAID,
            total_incl_tax=1,
            total_excl_tax=1,
            currency="USD",
        )
        line = Line.objects.create(
            order=order,
            stockrecord=self.record,
            product=self.record.product,
            title="A pack",
            quantity=packs + 1,
            status=OrderStatus.PAID,
            num_allocated=packs + 1,
            **dict.fromkeys(MONEY, 1),
        )
        OrderCreator().update_stock_records(line)
        self.orders.append(order)

    def _open(self, which: int) -> Order:
        found = [each for each in self.orders if each.status == OrderStatus.PAID]
        if not found:
            raise Refused("there is none")
        return found[which % len(found)]

    def leave(self, which: int, packs: int) -> None:
        order = self._open(which)
        handler, lines = EventHandler(), list(order.lines.all())
        try:
            handler.consume_stock_allocations(order, lines, [line.quantity for line in lines])
        except Exception as error:
            raise Refused(str(error)) from error
        supplying.supply(order, lines, actor=log.SYSTEM)
        self._move(order, OrderStatus.DISPATCHED)

    def cancel(self, which: int, packs: int) -> None:
        order = self._open(which)
        lines = list(order.lines.all())
        EventHandler().cancel_stock_allocations(order, lines, [line.quantity for line in lines])
        self._move(order, OrderStatus.CANCELLED)

    def _move(self, order: Order, status: OrderStatus) -> None:
        Order.objects.filter(pk=order.pk).update(status=status)
        order.status = status

    def count(self, which: int, packs: int) -> None:
        batch = self._batch(which)
        why = Why(log.SYSTEM, Reason.MISCOUNTED)
        keeping.count(batch, packs=packs, seen=batch.on_shelf, why=why)

    def write_off(self, which: int, packs: int) -> None:
        keeping.write_off(self._batch(which), packs=packs, why=Why(log.SYSTEM, Reason.DAMAGED))

    def recall(self, which: int, packs: int) -> None:
        keeping.hold(self._batch(which), Held.RECALLED, why=Why(log.SYSTEM, Reason.RECALLED))

    def release(self, which: int, packs: int) -> None:
        keeping.release(self._batch(which), why=Why(log.SYSTEM, Reason.COUNT))

    def tidy(self, which: int, packs: int) -> None:
        keeping.tidy()


MONEY = (
    "line_price_incl_tax",
    "line_price_excl_tax",
    "line_price_before_discounts_incl_tax",
    "line_price_before_discounts_excl_tax",
)


def whole(record: StockRecord) -> list[str]:
    """What is wrong with the numbers of one pack."""
    wrong = list(agreeing.differences())
    wrong += [
        f"expired packs of {left.batch} were supplied"
        for left in Supplied.objects.select_related("batch")
        if left.batch.ends_before(left.at.date())
    ]
    sent = Line.objects.filter(order__status=OrderStatus.DISPATCHED)
    packs = sum(line.quantity for line in sent)
    if packs != sum(left.packs for left in Supplied.objects.all()):
        wrong.append("what left is not what was taken")
    return wrong


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
def test_batches_and_oscars_numbers_agree_after_whatever_happens(
    medicine: Product, acts: list[tuple[str, int, int]]
) -> None:
    with transaction.atomic():
        shop = Shop(pack_of(medicine, 10, 60).stockrecords.get())
        for act in acts:
            shop.do(*act)
            assert whole(shop.record) == [], act
        transaction.set_rollback(True)


@pytest.mark.parametrize("change", ["batch", "stock", "allocated"])
def test_what_does_not_agree_is_named(change: str, medicine: Product) -> None:
    record = pack_of(medicine, 10, 60).stockrecords.get()
    changes: dict[str, Any] = {
        "batch": lambda: Batch.objects.filter(stockrecord=record).update(on_shelf=4),
        "stock": lambda: StockRecord.objects.filter(pk=record.pk).update(num_in_stock=6),
        "allocated": lambda: StockRecord.objects.filter(pk=record.pk).update(num_allocated=1),
    }
    assert list(agreeing.differences()) == []

    changes[change]()

    assert len(list(agreeing.differences())) == 1
