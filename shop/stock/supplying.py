"""Takes packs of batches when an order leaves: those that were picked, or the first to expire."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from shop import days
from shop.audit import log, states
from shop.stock import shelf
from shop.stock.models import Batch, Held, Reason, Supplied


class NoBatch(Exception):
    """No batch may be taken for this, or not the one that was picked; says why."""


@dataclass(frozen=True)
class Taken:
    """Packs of a batch, by whoever picked them; a pack with a serial number is one."""

    batch_id: int
    packs: int = 1
    serial: str = ""


def why_not(batch: Batch, *, lasts_until: datetime.date | None = None) -> str:
    """What keeps a batch from being supplied, in a sentence; nothing where it may be.

    ``lasts_until`` is the day on which this supply will be used up, where that is known.
    """
    if batch.held == Held.RECALLED:
        return _("Batch %(batch)s is recalled. Hold it.") % {"batch": batch.number}
    if batch.expires is None:
        return _("Nobody has read the expiry date of batch %(batch)s yet.") % {
            "batch": batch.number
        }
    if batch.ends_before(days.at_pharmacy()):
        return _("Batch %(batch)s has expired. Write it off.") % {"batch": batch.number}
    if lasts_until and batch.ends_before(lasts_until):
        return _("Batch %(batch)s ends before this supply is used up.") % {"batch": batch.number}
    return ""


def asks(batch: Batch) -> str:
    """What whoever dispenses is asked, in a sentence; nothing where nothing is."""
    left = shelf.days_left(batch)
    if left is None or left >= settings.BATCH_ASK_DAYS:
        return ""
    return _("Batch %(batch)s expires in %(days)s days.") % {"batch": batch.number, "days": left}


def first_to_go(record: Any, *, lasts_until: datetime.date | None = None) -> list[Batch]:
    """The batches that may be supplied, the first to expire first."""
    return [
        batch for batch in shelf.batches_of(record) if not why_not(batch, lasts_until=lasts_until)
    ]


@transaction.atomic
def supply(
    order: Any,
    lines: Iterable[Any],
    *,
    actor: log.Actor,
    picked: Mapping[int, list[Taken]] | None = None,
    lasts: Mapping[int, datetime.date] | None = None,
) -> None:
    """Take what leaves with these lines from the batches, once Oscar's own number has gone down.

    ``picked`` says which, by the number of the line, and ``lasts`` until when it will be used up; what
    nobody picked is taken from the first to expire. Raises NoBatch. The caller holds the stock records; the audit log is locked here.
    """
    rows: dict[int, Batch] = {}
    left = [
        (line, taken)
        for line in lines
        for taken in _taken(
            line, (picked or {}).get(line.pk, []), rows, lasts_until=(lasts or {}).get(line.pk)
        )
    ]
    for line, taken in left:
        Supplied.objects.create(
            order_line=line, batch_id=taken.batch_id, packs=taken.packs, serial=taken.serial
        )
    for key in sorted(rows):
        _write(
            rows[key], order, sum(each.packs for _l, each in left if each.batch_id == key), actor
        )


def _taken(
    line: Any,
    picked: list[Taken],
    rows: dict[int, Batch],
    *,
    lasts_until: datetime.date | None,
) -> list[Taken]:
    """The packs of a line, and the rows of their batches, each with what is left of it."""
    found = [_checked(line, each, rows) for each in picked]
    missing = line.quantity - sum(each.packs for each in found)
    going = first_to_go(line.stockrecord, lasts_until=lasts_until) if missing > 0 else []
    for batch in going:
        row = rows.setdefault(batch.pk, batch)
        packs = min(missing, row.on_shelf)
        if packs > 0:
            row.on_shelf -= packs
            missing -= packs
            found.append(Taken(row.pk, packs))
    if missing:
        words = _("No batch of %(pack)s that may be supplied has enough packs.")
        raise NoBatch(words % {"pack": line.title})
    return found


def _checked(line: Any, taken: Taken, rows: dict[int, Batch]) -> Taken:
    batch = Batch.objects.filter(pk=taken.batch_id, stockrecord=line.stockrecord_id).first()
    if batch is None:
        raise NoBatch(_("This is no batch of %(pack)s.") % {"pack": line.title})
    if reason := why_not(batch):
        raise NoBatch(reason)
    row = rows.setdefault(batch.pk, batch)
    if row.on_shelf < taken.packs:
        raise NoBatch(_("No more of batch %(batch)s is in the book.") % {"batch": batch.number})
    row.on_shelf -= taken.packs
    return taken


def _write(batch: Batch, order: Any, packs: int, actor: log.Actor) -> None:
    details = {"reason": Reason.SUPPLIED, "order": order.number, "packs": packs}
    with states.changing(batch, action="batch.supply", actor=actor, details=details):
        Batch.objects.filter(pk=batch.pk).update(on_shelf=F("on_shelf") - packs)


def supplied_of(batch: Batch) -> int:
    """How many packs of the batch have left."""
    return Supplied.objects.filter(batch=batch).aggregate(packs=Sum("packs"))["packs"] or 0
