"""The one place where a price, a cost or a low mark changes; each change is in the audit log."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from catalogue.prices.grid import Cell, cells_of
from catalogue.prices.models import PlannedPrice, Pricing
from catalogue.prices.proposing import Proposal, Wanted, propose
from shop.audit import log, states


@dataclass(frozen=True)
class Why:
    """Who changes it and why; ``reason`` is a code of `Reason`."""

    actor: log.Actor
    reason: str
    note: str = ""

    def details(self, **more: Any) -> dict[str, Any]:
        return {"reason": self.reason, "note": self.note, **more}


class NotSaved(Exception):
    """Something needs another answer first, so nothing was written: all of it or none."""

    def __init__(self, proposals: list[Proposal]) -> None:
        self.proposals = proposals
        super().__init__("not saved")


class NotInTime(Exception):
    """The planned price counts already, was taken back, or would begin in the past."""


@transaction.atomic
def save(
    medicine: Product,
    wanted: list[Wanted],
    *,
    why: Why,
    starts_at: datetime.datetime | None = None,
) -> list[Proposal]:
    """Set these prices, from now or from a moment on: all of them, or none.

    Raises NotSaved when one breaks a rule, was changed by somebody else meanwhile, is not confirmed, or
    belongs to a pack that is gone; NotInTime for a moment that is over or taken already.
    """
    records = hold(each.record_id for each in wanted)
    _check_moment(records, starts_at)
    proposals = propose(medicine, wanted, starts_at=starts_at)
    if len(proposals) < len(wanted) or any(each.stops for each in proposals):
        raise NotSaved(proposals)
    if starts_at:
        _plan(proposals, starts_at, why)
    else:
        _set(proposals, records, why)
    return proposals


def hold(numbers: Iterable[int]) -> dict[int, StockRecord]:
    """Let nobody else change these cells until the transaction ends; by their keys, as all who do."""
    found = StockRecord.objects.filter(pk__in=list(numbers)).order_by("pk").select_for_update()
    records = {record.pk: record for record in found}
    for record in records.values():
        Pricing.objects.get_or_create(stockrecord=record)
    return records


def _check_moment(records: Iterable[int], starts_at: datetime.datetime | None) -> None:
    if starts_at is None:
        return
    taken = PlannedPrice.objects.filter(
        stockrecord__in=list(records), starts_at=starts_at, ended_at=None
    )
    if starts_at <= timezone.now() or taken.exists():
        raise NotInTime


def _count(keys: Iterable[int]) -> None:
    """Whoever saw these cells before is told that they have changed."""
    Pricing.objects.filter(pk__in=list(keys)).update(version=F("version") + 1)


def _plan(proposals: list[Proposal], starts_at: datetime.datetime, why: Why) -> None:
    plans = [
        PlannedPrice.objects.create(
            stockrecord=each.cell.record,
            price=each.price,
            starts_at=starts_at,
            planned_by_id=why.actor.id or 0,
            reason=why.reason,
            note=why.note,
        )
        for each in proposals
    ]
    _count(each.cell.key for each in proposals)
    for plan in plans:
        details = why.details(price=str(plan.price), at=starts_at.isoformat())
        states.record(plan, "planned_price.make", actor=why.actor, details=details)


def _set(proposals: list[Proposal], records: dict[int, StockRecord], why: Why) -> None:
    _settle(records)
    with ExitStack() as recorded:
        for each in proposals:
            record = records[each.cell.key]
            details = why.details(changed={"price": [str(each.before or ""), str(each.price)]})
            recorded.enter_context(
                states.changing(record, action="stock.change", actor=why.actor, details=details)
            )
            _write(record.pk, price=each.price)
        _count(records)


def _write(key: int, **fields: Any) -> None:
    StockRecord.objects.filter(pk=key).update(**fields, date_updated=timezone.now())


def _settle(records: Iterable[int]) -> None:
    """Write planned prices that have begun into the records, before something newer replaces them."""
    begun = PlannedPrice.objects.filter(
        stockrecord__in=list(records), ended_at=None, starts_at__lte=timezone.now()
    ).select_related("stockrecord")
    for plan in begun.order_by("starts_at"):
        record = plan.stockrecord
        before = StockRecord.objects.values_list("price", flat=True).get(pk=record.pk)
        details = {"planned": plan.pk, "changed": {"price": [str(before), str(plan.price)]}}
        with (
            states.changing(plan, action="planned_price.settle", actor=log.SYSTEM),
            states.changing(record, action="stock.change", actor=log.SYSTEM, details=details),
        ):
            _write(record.pk, price=plan.price)
            PlannedPrice.objects.filter(pk=plan.pk).update(ended_at=timezone.now())


@transaction.atomic
def take_back(plan: PlannedPrice, *, actor: log.Actor) -> None:
    """Let a planned price never begin. Raises NotInTime once it has, or was taken back before."""
    hold([plan.stockrecord_id])
    now = timezone.now()
    with states.changing(plan, action="planned_price.take_back", actor=actor):
        waiting = PlannedPrice.objects.filter(pk=plan.pk, ended_at=None, starts_at__gt=now)
        if not waiting.update(ended_at=now, was_taken_back=True):
            raise NotInTime
        _count([plan.stockrecord_id])


@dataclass(frozen=True)
class Marks:
    """What a pack costs the pharmacy, and from how few on it is low; by whoever saw the cell so."""

    record_id: int
    cost: Decimal | None
    low_mark: int | None
    version: int


class Changed(Exception):
    """Somebody else changed these cells meanwhile."""

    def __init__(self, cells: list[Cell]) -> None:
        self.cells = cells
        super().__init__("changed meanwhile")


@transaction.atomic
def set_marks(medicine: Product, marks: list[Marks], *, actor: log.Actor) -> int:
    """Set costs and low marks, all or none; how many changed. Raises Changed."""
    hold(each.record_id for each in marks)
    cells = {cell.key: cell for cell in cells_of(medicine)}
    wanted = [each for each in marks if each.record_id in cells]
    wanted = [each for each in wanted if _differs(each, cells[each.record_id])]
    strange = [cells[each.record_id] for each in wanted]
    strange = [
        cell for cell, each in zip(strange, wanted, strict=True) if cell.version != each.version
    ]
    if strange:
        raise Changed(strange)
    for each in wanted:
        _mark(each, cells[each.record_id], actor)
    _count(each.record_id for each in wanted)
    return len(wanted)


def _differs(marks: Marks, cell: Cell) -> bool:
    return (marks.cost, marks.low_mark) != (cell.cost, cell.low_mark)


def _mark(marks: Marks, cell: Cell, actor: log.Actor) -> None:
    with states.changing(cell.record, action="stock.change", actor=actor):
        _write(cell.key, low_stock_threshold=marks.low_mark)
    if marks.cost != cell.cost:
        Pricing.objects.filter(pk=cell.key).update(cost=marks.cost)
        changed = {"cost": [str(each or "") for each in (cell.cost, marks.cost)]}
        pricing = Pricing.objects.get(pk=cell.key)
        states.record(pricing, "pricing.change", actor=actor, details={"changed": changed})
