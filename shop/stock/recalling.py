"""A batch that is called back: held at once, and everybody who has it is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import states
from shop.stock import keeping
from shop.stock.keeping import Refused, Why
from shop.stock.models import Batch, Held, Reason, Recall, Supplied


@transaction.atomic
def start(batch: Batch, *, why: str, notice: str, by: User) -> Recall:
    """Call a batch back: none of it is sold or supplied from now on. Raises Refused."""
    keeping.hold_record(batch.stockrecord_id)
    if Recall.objects.filter(batch=batch, ended_at=None).exists():
        raise Refused(_("This batch is recalled already."))
    recall = Recall.objects.create(batch=batch, why=why, notice=notice, started_by=by)
    keeping.hold(batch, Held.RECALLED, why=Why(actor_of(by), Reason.RECALLED, notice))
    states.record(recall, "recall.start", actor=actor_of(by), details={"batch": batch.number})
    return recall


@transaction.atomic
def end(recall: Recall, *, by: User) -> None:
    """Everybody was reached, or it is written why not. The batch stays held. Raises Refused."""
    with states.changing(recall, action="recall.end", actor=actor_of(by)):
        going_on = Recall.objects.filter(pk=recall.pk, ended_at=None)
        if not going_on.update(ended_by=by, ended_at=timezone.now()):
            raise Refused(_("It has ended already."))


@dataclass(frozen=True)
class Holder:
    """An order with which packs of a batch left."""

    order: Any
    line: Any
    packs: int


def holders(batch: Batch) -> Iterator[Holder]:
    """Every order with packs of the batch, the newest first; one query."""
    rows = Supplied.objects.filter(batch=batch).select_related(
        "order_line__order__user", "order_line__order__shipping_address"
    )
    by_line: dict[int, Holder] = {}
    for row in rows.order_by("-at", "-pk"):
        before = by_line.get(row.order_line_id)
        packs = row.packs + (before.packs if before else 0)
        by_line[row.order_line_id] = Holder(row.order_line.order, row.order_line, packs)
    yield from by_line.values()
