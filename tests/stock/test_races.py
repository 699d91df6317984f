"""Several do something to the same packs at the same moment: none is sold twice, and the book is right."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit import live_rows, log
from shop.demo.stripe.server import Emulator
from shop.stock import agreeing, keeping
from shop.stock.keeping import Refused, Why
from shop.stock.models import Batch, Reason
from tests.conftest import pack_of
from tests.settling.test_races import at_once, paid_buyers, settle_all
from tests.stocked import stocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_of_three_buyers_of_the_last_pack_in_date_one_gets_it(
    medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    record = pack_of(medicine, 10, 60).stockrecords.get()
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    stocked(record, 1, number="GOOD")
    Batch.objects.exclude(number="GOOD").filter(stockrecord=record).update(expires=yesterday)
    attempts = paid_buyers(medicine, pharmacist, 3)

    settle_all(attempts)

    assert Order.objects.count() == 1
    assert list(agreeing.differences()) == []


def test_who_counts_while_others_receive_and_write_off_loses_nothing(medicine: Product) -> None:
    record = pack_of(medicine, 10, 60).stockrecords.get()
    batch = Batch.objects.get(stockrecord=record)

    done = at_once(
        lambda: stocked(record, 7),
        lambda: keeping.write_off(batch, packs=2, why=Why(log.SYSTEM, Reason.DAMAGED)),
        lambda: keeping.count(batch, packs=4, seen=5, why=Why(log.SYSTEM, Reason.NOT_FOUND)),
        lambda: stocked(record, 3, number="NEW"),
    )

    counted = done[2] is None
    assert counted or isinstance(done[2], Refused)
    assert [each for each in (done[0], done[1], done[3]) if isinstance(each, Exception)] == []
    there = StockRecord.objects.get(pk=record.pk).num_in_stock
    assert there == 5 + 7 - 2 + 3 - (1 if counted else 0)
    assert list(agreeing.differences()) == []
    assert list(live_rows.findings()) == []
