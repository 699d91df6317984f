"""The one place where stock changes: each with a reason and a person, under the lock of its stock record.

Oscar's `num_in_stock` stays the truth for what is available: it is the sum of the batches that are not
held, always. Every change is in the audit log, with how many there were and are.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from oscar.apps.partner.models import StockRecord

from shop import days
from shop.audit import log, states
from shop.stock import shelf
from shop.stock.models import COUNTING, WRITING_OFF, Batch, Held, Reason

FIRST = "FIRST"


class Refused(Exception):
    """It cannot be so; says why in a sentence for people."""


@dataclass(frozen=True)
class Why:
    """Who changes the stock, and why."""

    actor: log.Actor
    reason: str
    note: str = ""


def hold_record(record_id: int) -> StockRecord:
    """Let nobody else promise or count these packs until the transaction ends."""
    found: StockRecord = StockRecord.objects.select_for_update().get(pk=record_id)
    return found


@contextmanager
def _changing(batch: Batch, action: str, why: Why, **details: Any) -> Iterator[Batch]:
    """Change one batch and, with it, what is available; the block gets the row as it is now."""
    with transaction.atomic():
        record = hold_record(batch.stockrecord_id)
        held = Batch.objects.select_for_update().get(pk=batch.pk)
        before, available = held.on_shelf, _available(held)
        said = {"reason": why.reason, "note": why.note, "pack": record.partner_sku, **details}
        with (
            states.changing(held, action=f"batch.{action}", actor=why.actor, details=said),
            states.changing(record, action="stock.batch", actor=why.actor, details=said),
        ):
            yield held
            held.save()
            said |= {"was": before, "is": held.on_shelf}
            _add(record, _available(held) - available)


def _available(batch: Batch) -> int:
    return 0 if batch.held else batch.on_shelf


def _add(record: StockRecord, packs: int) -> None:
    """Count them in, or out; nothing else of the record is written."""
    StockRecord.objects.filter(pk=record.pk).update(
        num_in_stock=F("num_in_stock") + packs, date_updated=timezone.now()
    )


@dataclass(frozen=True)
class Delivery:
    """Packs of one batch that came; the cost is of one pack."""

    number: str
    expires: datetime.date
    packs: int
    cost: Decimal | None = None


@transaction.atomic
def receive(record: StockRecord, delivery: Delivery, *, why: Why) -> Batch:
    """Put packs of a batch on the shelf. Raises Refused.

    A batch that is there already has one expiry date; other packs under its number are another batch.
    """
    _check_positive(delivery.packs)
    if delivery.expires < days.at_pharmacy():
        raise Refused(_("It has expired. Send it back, or write it off where it came from."))
    hold_record(record.pk)
    _has_a_count(record)
    batch, is_new = Batch.objects.get_or_create(
        stockrecord=record,
        number=delivery.number.strip(),
        defaults={"expires": delivery.expires},
    )
    if batch.expires != delivery.expires:
        raise Refused(
            _("This batch is in the book with another expiry date. Look at the pack again.")
        )
    if is_new:
        states.record(batch, "batch.make", actor=why.actor)
    with _changing(batch, "receive", why, cost=str(delivery.cost or "")) as held:
        held.on_shelf += delivery.packs
        held.cost = held.cost if delivery.cost is None else delivery.cost
    return Batch.objects.get(pk=batch.pk)


def _has_a_count(record: StockRecord) -> None:
    """A record that nobody has counted yet begins at nothing."""
    StockRecord.objects.filter(pk=record.pk, num_in_stock=None).update(num_in_stock=0)


def _check_positive(packs: int) -> None:
    if packs <= 0:
        raise Refused(_("It has to be one pack or more."))


def count(batch: Batch, *, packs: int, seen: int, why: Why) -> None:
    """Set how many there are, by somebody who saw ``seen`` in the book. Raises Refused."""
    if why.reason not in COUNTING:
        raise Refused(_("Say why it is another number."))
    if packs != seen and why.reason == Reason.COUNT:
        raise Refused(_("The book says another number. Say why."))
    with _changing(batch, "count", why, book=seen) as held:
        if held.on_shelf != seen:
            raise Refused(_("Some came or left meanwhile. Count again."))
        held.on_shelf = packs


def write_off(batch: Batch, *, packs: int, why: Why) -> None:
    """Take packs off the shelf for good. Raises Refused."""
    _check_positive(packs)
    if why.reason not in WRITING_OFF:
        raise Refused(_("Say why they are written off."))
    with _changing(batch, "write_off", why) as held:
        if packs > held.on_shelf:
            raise Refused(_("There are only %(count)s on the shelf.") % {"count": held.on_shelf})
        held.on_shelf -= packs


def say_expiry(batch: Batch, *, number: str, expires: datetime.date, why: Why) -> None:
    """Write down what stands on packs of first stock. Raises Refused where it is known already."""
    taken = Batch.objects.filter(stockrecord=batch.stockrecord_id, number=number.strip())
    with _changing(batch, "read", why) as held:
        if held.expires is not None:
            raise Refused(_("Its expiry date is in the book already."))
        if taken.exclude(pk=batch.pk).exists():
            raise Refused(_("This batch is in the book already."))
        held.number, held.expires = number.strip() or held.number, expires


def hold(batch: Batch, held_as: Held, *, why: Why) -> None:
    """Keep a batch on the shelf and sell none of it."""
    with _changing(batch, "hold", why) as held:
        held.held = held_as


def release(batch: Batch, *, why: Why) -> None:
    """Sell a batch again that was held."""
    with _changing(batch, "release", why) as held:
        held.held = ""


@transaction.atomic
def count_in_first_stock() -> int:
    """Give a batch to what was in stock before there were batches; how many batches were made."""
    bare = StockRecord.objects.filter(batches=None, num_in_stock__gt=0).order_by("pk")
    made = 0
    for record in bare.select_for_update(of=("self",)):
        batch = Batch.objects.create(stockrecord=record, number=FIRST, on_shelf=record.num_in_stock)
        details = {"reason": Reason.FIRST, "is": batch.on_shelf, "pack": record.partner_sku}
        states.record(batch, "batch.make", actor=log.SYSTEM, details=details)
        made += 1
    return made


def tidy() -> tuple[int, int]:
    """Write off what has expired, and hold what ends too soon to be sold; how many batches of each."""
    today = days.at_pharmacy()
    there = Batch.objects.filter(on_shelf__gt=0)
    expired = list(there.filter(expires__lt=today))
    for batch in expired:
        _write_off_expired(batch, today)
    short = list(there.filter(expires__gte=today, expires__lt=shelf.last_day_to_sell(), held=""))
    for batch in short:
        hold(batch, Held.SHORT, why=Why(log.SYSTEM, Reason.SHORT))
    return len(expired), len(short)


def _write_off_expired(batch: Batch, today: datetime.date) -> None:
    with _changing(batch, "write_off", Why(log.SYSTEM, Reason.EXPIRED)) as held:
        if held.ends_before(today):
            held.on_shelf = 0
