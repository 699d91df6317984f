"""Records whatever a page changes among some rows that decide, with what was there before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from shop.audit import states
from shop.audit.log import Actor

# Of each value; longer ones are cut in the entry, the hash is of all of it.
SHOWN = 60

Family = Callable[[], Iterable[models.Model]]
Name = tuple[str, Any]
Contents = dict[str, Any]
# Raises to refuse a change of a row; before is nothing for a new one.
Judge = Callable[[models.Model, Contents | None, Contents], None]


@dataclass
class Watch:
    """Rows as they were, and what is to be added to the entry of each."""

    before: dict[Name, Any] = field(default_factory=dict)
    strange: set[Name] = field(default_factory=set)
    said: dict[Name, dict[str, Any]] = field(default_factory=dict)

    def say(self, row: models.Model, **details: Any) -> None:
        """Add this to the entry of a row, if it is changed."""
        self.said[_name(row)] = details


@contextmanager
def watching(family: Family, *, actor: Actor, judge: Judge | None = None) -> Iterator[Watch]:
    """Record what becomes of the rows, made, changed or deleted, in one transaction with the block.

    ``family`` is asked before and after. Nothing else may be locked after it. What ``judge`` raises for a
    row that was made or changed undoes the block.
    """
    with transaction.atomic():
        before = list(family())
        watch = Watch({_name(row): states.contents_now(row) for row in before}, _strange(before))
        yield watch
        for row in {_name(row): row for row in (*before, *family())}.values():
            if states.kind_of(row).rows.filter(pk=row.pk).exists():
                _compared(row, watch, actor, judge)
            else:
                states.record_deletion(row, f"{states.kind_of(row).subject}.delete", actor=actor)


def _name(row: models.Model) -> Name:
    return states.kind_of(row).subject, row.pk


def _strange(rows: Iterable[models.Model]) -> set[Name]:
    """Those that the log did not know before: they stay unknown."""
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    return {
        (states.kind_of(same[0]).subject, number)
        for same in by_model.values()
        for number in states.unknown(same)
    }


def _compared(row: models.Model, watch: Watch, actor: Actor, judge: Judge | None) -> None:
    name, subject = _name(row), states.kind_of(row).subject
    contents = states.contents_now(row)
    if judge and contents != watch.before.get(name):
        judge(row, watch.before.get(name), contents)
    if name not in watch.before:
        states.record(row, f"{subject}.make", actor=actor, details=watch.said.get(name))
    elif contents != watch.before[name]:
        changed = _changed(watch.before[name], contents)
        add = states.note if name in watch.strange else states.record
        details = {**watch.said.get(name, {}), "changed": changed}
        add(row, f"{subject}.change", actor=actor, details=details)


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str]]:
    """What was there and what is, by field."""
    names = sorted(before.keys() | after.keys())
    return {
        name: [str(each.get(name, ""))[:SHOWN] for each in (before, after)]
        for name in names
        if before.get(name) != after.get(name)
    }
