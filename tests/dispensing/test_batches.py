"""Dispensing by batch: what is scanned is what leaves; nothing recalled, expired or unknown does."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stock import gtin_of
from shop.dispensing import services
from shop.dispensing.picking import Picked, WrongPack, picked
from shop.dispensing.services import Looked
from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.prescriptions.models import Prescription
from shop.stock import codes
from shop.stock.models import Batch, Held, Supplied
from tests.conftest import pack_of
from tests.dispensed import POINTS, addressed, labels_for, somebody_else, whoever_dispenses
from tests.standing.paid import place
from tests.stocked import stocked

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(approved: Prescription, medicine: Product, staff: User, superintendent: User) -> Order:
    for strength in (10, 25):
        pack = pack_of(medicine, strength, 60)
        gtin = codes.enter(gtin_of(pack.pk), pack=pack, by=staff)
        codes.confirm(gtin, by=superintendent)
    stocked(pack_of(medicine, 10, 60).stockrecords.get(), 3, number="F1260", lasts=400)
    return Order.objects.get(pk=place(approved.user, pack_of(medicine, 10, 60)).pk)


def line_of(pack: Product, *, batch: str = "F1260", serial: str = "S1") -> str:
    return f"]d201{gtin_of(pack.pk)}21{serial}\x1d10{batch}"


def item_of(order: Order) -> Any:
    [item] = services.contents_of(order).items
    return item


def made_up(order: Order, code: str) -> None:
    """Dispensed and checked with this code of a pack."""
    line = item_of(order).line
    scans = {line: [Picked(line, code)]}
    dispenser = whoever_dispenses()
    made = EventHandler(user=dispenser).make_up(order, scans=scans)
    checker = somebody_else(than=dispenser)
    looked = Looked(seen=made.uuid, scans=scans, labels=labels_for(order), compared=POINTS)
    EventHandler(user=checker).check(order, looked)
    addressed(order)


def leaves(order: Order, staff: User) -> None:
    now = Order.objects.get(pk=order.pk)
    EventHandler(user=staff).handle_order_status_change(now, OrderStatus.DISPATCHED)


def test_the_batch_that_was_scanned_is_the_one_that_leaves(
    order: Order, medicine: Product, staff: User
) -> None:
    """Not the first to expire: the one that is in the bag."""
    pack = pack_of(medicine, 10, 60)
    stocked(pack.stockrecords.get(), 2, number="SOONER", lasts=200)
    made_up(order, line_of(pack))

    leaves(order, staff)

    left = Supplied.objects.get()
    assert (left.batch.number, left.serial, left.batch.on_shelf) == ("F1260", "S1", 2)


@pytest.mark.parametrize(("batch", "serial"), [("OTHER", "S1"), ("F1260", "S2")])
def test_who_checks_has_the_packs_in_hand_that_were_picked(
    order: Order, medicine: Product, batch: str, serial: str
) -> None:
    pack = pack_of(medicine, 10, 60)
    stocked(pack.stockrecords.get(), 2, number="OTHER", lasts=400)
    line = item_of(order).line
    dispenser = whoever_dispenses()
    made = EventHandler(user=dispenser).make_up(order, scans={line: [Picked(line, line_of(pack))]})
    in_hand = {line: [Picked(line, line_of(pack, batch=batch, serial=serial))]}
    looked = Looked(seen=made.uuid, scans=in_hand, labels=labels_for(order), compared=POINTS)

    with pytest.raises(InvalidOrderStatus, match="not the packs that were picked"):
        EventHandler(user=somebody_else(than=dispenser)).check(order, looked)


def test_a_batch_that_is_recalled_after_the_check_does_not_leave(
    order: Order, medicine: Product, staff: User
) -> None:
    made_up(order, line_of(pack_of(medicine, 10, 60)))
    Batch.objects.filter(number="F1260").update(held=Held.RECALLED)

    with pytest.raises(InvalidOrderStatus, match="recalled"):
        leaves(order, staff)
    assert not Supplied.objects.exists()


def test_another_strength_and_an_unknown_number_are_refused(
    order: Order, medicine: Product
) -> None:
    item = item_of(order)
    for code, words in (
        (line_of(pack_of(medicine, 25, 60)), "Stop: this is"),
        ("]d2010950600013435210F1260", "Nobody knows the number"),
        (line_of(pack_of(medicine, 10, 60), batch="NEVER"), "was never received"),
    ):
        with pytest.raises(WrongPack, match=words):
            picked(item, code)


@pytest.mark.parametrize(
    "change", [{"expires": datetime.date(2020, 1, 1)}, {"held": Held.RECALLED}]
)
def test_the_stock_code_does_not_walk_round_the_batches(
    change: dict[str, Any], order: Order
) -> None:
    Batch.objects.filter(stockrecord__line__order=order).update(**change)
    item = item_of(order)

    with pytest.raises(WrongPack):
        picked(item, item.sku)


def test_one_that_ends_soon_is_asked_about(order: Order) -> None:
    soon = timezone.localdate() + datetime.timedelta(days=65)
    Batch.objects.filter(stockrecord__line__order=order).update(expires=soon)
    item = item_of(order)

    assert "expires in 65 days" in picked(item, item.sku).asks


def test_one_pack_is_not_two(order: Order, medicine: Product) -> None:
    order.lines.update(quantity=2)
    line = item_of(order).line
    code = line_of(pack_of(medicine, 10, 60))

    with pytest.raises(InvalidOrderStatus, match="scanned twice"):
        EventHandler(user=whoever_dispenses()).make_up(
            order, scans={line: [Picked(line, code), Picked(line, code)]}
        )
