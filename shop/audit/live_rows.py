"""Compares every row that decides with what the log says it must be, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, Max, Model, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast

from shop.audit import log, states
from shop.audit.models import Entry
from shop.audit.states import GONE, Kind

BATCH = 500


# Kinds that begin with a migration: a shop that was started before it was applied has recorded some
# rows already, and the others are adopted all the same.
BEGUN_BY = {"0002_more_rows_are_known": ("prescription", "payment", "sign_in")}


def adopt(using: str = "default", plan: Iterable[tuple[Any, bool]] = (), **_: Any) -> None:
    """Let the log know the rows of a kind of which it knows none: of a shop that is older than that.

    Django calls it after a migration, with the ``plan`` of what was applied; all of a kind at once, so that
    none is left out for good.
    """
    if _is_under_way(using):
        return
    begun = _begun_by(plan)
    for kind in states.kinds():
        if kind.subject in begun or not states.stating(kind).exists():
            with transaction.atomic():
                for row in _unstated(kind).iterator():
                    states.record(row, f"{kind.subject}.adopt", actor=log.SYSTEM)


def _begun_by(plan: Iterable[tuple[Any, bool]]) -> set[str]:
    applied = {each.name for each, is_undone in plan if each.app_label == "audit" and not is_undone}
    return {subject for name in applied for subject in BEGUN_BY.get(name, ())}


def _unstated(kind: Kind) -> QuerySet:
    entries = states.stating(kind).filter(subject_key=Cast(OuterRef(kind.key), TextField()))
    return kind.rows.filter(kind.where).exclude(Exists(entries)).order_by("pk")


def _is_under_way(using: str) -> bool:
    """Whether a table may not be as its model says yet."""
    executor = MigrationExecutor(connections[using])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


# Who is told of a row of a kind that the log does not know, by its primary key.
_told: dict[type[Model], Callable[[Any], None]] = {}


def tell(model: type[Model], hearer: Callable[[Any], None]) -> None:
    """Have `verify_audit` tell this of each such row; once, when the app is ready."""
    _told[model] = hearer


def tell_whom_it_concerns() -> None:
    """Tell of all rows that the log does not know as they are, those who can mend them."""
    for kind in states.kinds():
        if kind.model in _told:
            for number in _unlike(kind):
                _told[kind.model](number)


def findings() -> Iterator[str]:
    """A sentence for every row that was changed, put in or taken out behind the shop's back."""
    for kind in states.kinds():
        yield from findings_of(kind)


def findings_of(kind: Kind) -> Iterator[str]:
    """The same, of the rows of one kind."""
    yield from _changed(kind)
    yield from _taken_out(kind)


def _changed(kind: Kind) -> Iterator[str]:
    yield from _unlike(kind).values()


def _unlike(kind: Kind) -> dict[Any, str]:
    """What is wrong with a row, by its primary key."""
    found: dict[Any, str] = {}
    last: Any = None
    while numbers := _numbers_after(kind, last):
        found |= states.differences(kind, numbers)
        last = numbers[-1]
    return found


def _numbers_after(kind: Kind, last: Any) -> list[Any]:
    rows = kind.deciding.order_by("pk")
    left = rows if last is None else rows.filter(pk__gt=last)
    return list(left.values_list("pk", flat=True)[:BATCH])


def _taken_out(kind: Kind) -> Iterator[str]:
    last = ""
    while newest := _newest_after(kind, last):
        missing = set(newest) - _live(kind, newest)
        said = Entry.objects.filter(sequence__in=[newest[key] for key in missing]).defer("at")
        for entry in said.order_by("sequence"):
            if entry.details["state"] != GONE and not _live(kind, [entry.subject_key]):
                yield (
                    f"The {kind.subject} {entry.subject_key} is gone, "
                    f"and entry {entry.sequence} says it is there."
                )
        last = list(newest)[-1]


def _newest_after(kind: Kind, last: str) -> dict[str, int]:
    """The newest entry of each of the next rows that the log knows, by the key of the row."""
    keys = states.stating(kind).filter(subject_key__gt=last).values("subject_key")
    newest = keys.annotate(newest=Max("sequence")).order_by("subject_key")
    return dict(newest.values_list("subject_key", "newest")[:BATCH])


def _live(kind: Kind, keys: Iterable[str]) -> set[str]:
    rows = kind.rows.filter(**{f"{kind.key}__in": [key for key in keys if kind.may_name(key)]})
    return {str(key) for key in rows.values_list(kind.key, flat=True)}
