"""Rows that decide: each change of one leaves an entry, which holds a keyed hash of the row as it is then.

A row that the log does not know, or knows otherwise, was written behind the shop's back.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery, TextField
from django.db.models.functions import Cast

from shop.audit import chain, log
from shop.audit.models import Entry
from shop.audit.witnesses import UNREADABLE

# Stands in the details of every entry that says how a row is; quotes inside a text are escaped.
MARK = '"state":"'
# Instead of a hash, when the row was deleted.
GONE = "gone"
# Somebody may change a row between two readings, so what differs is read again.
READINGS = 3


@dataclass(frozen=True)
class Kind:
    """The rows of one model, with the rows that are a part of each: an order with its lines.

    A part is named as a query names it, so it may be the part of another one.
    """

    model: type[models.Model]
    subject: str
    fields: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: str = "pk"
    # Which rows decide anything, where not all do.
    where: Q = field(default_factory=Q)
    # What stands in a hash in place of some fields of a part: the secret in them, however it is sealed.
    opened: Mapping[str, Callable[[Any], dict[str, Any]]] = field(default_factory=dict)
    # Fields that are asked for by themselves too, by a name: whose a row is, what it costs.
    apart: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def rows(self) -> models.QuerySet:
        """All rows there are, whatever a manager of the model hides."""
        return self.model._base_manager.all()  # noqa: SLF001 Django documents it

    @property
    def deciding(self) -> models.QuerySet:
        """The rows that decide, and those that the log has known to."""
        if not self.where:
            return self.rows
        entries = stating(self).filter(subject_key=Cast(OuterRef(self.key), TextField()))
        return self.rows.filter(self.where | Exists(entries))

    def key_of(self, row: models.Model) -> str:
        """What the log calls the row; it never changes."""
        return str(getattr(row, self.key))

    def may_name(self, key: str) -> bool:
        """Whether a row could be called that."""
        meta = self.model._meta  # noqa: SLF001 Django documents it
        named: Any = meta.pk if self.key == "pk" else meta.get_field(self.key)
        try:
            named.to_python(key)
        except ValidationError:
            return False
        return True

    def state_of(self, row: models.Model, *, key_id: str) -> str:
        """The keyed hash of what the row holds; raises UnknownKey, and UNREADABLE."""
        named = [self.subject, self.key_of(row), self.contents_of(row)]
        return chain.keyed_hash(named, key_id=key_id)

    def state_apart(self, row: models.Model, name: str, *, key_id: str) -> str:
        """The keyed hash of the fields of that name alone; raises UnknownKey, and UNREADABLE."""
        named = [self.subject, self.key_of(row), name, _filled(row, self.apart[name])]
        return chain.keyed_hash(named, key_id=key_id)

    def said_of(self, row: models.Model) -> dict[str, str]:
        """What an entry says of how the row is now."""
        key_id = chain.current_key_id()
        said = {
            f"state of {name}": self.state_apart(row, name, key_id=key_id) for name in self.apart
        }
        return {**said, "state": self.state_of(row, key_id=key_id)}

    def contents_of(self, row: models.Model) -> dict[str, Any]:
        """What the row and its parts hold, as JSON may; raises UNREADABLE."""
        contents: dict[str, Any] = _filled(row, self.fields)
        for name, fields in self.parts.items():
            opened = self.opened.get(name, lambda _part: {})
            filled = [_filled(part, fields) | opened(part) for part in parts_of(row, name)]
            contents[name] = sorted(filled, key=chain.canonical)
        return contents

    def read(self, numbers: Iterable[Any]) -> models.QuerySet:
        """The rows with these primary keys, and their parts; raises UNREADABLE."""
        return self.rows.filter(pk__in=list(numbers)).prefetch_related(*self.parts)

    def read_with_newest(self, numbers: Iterable[Any]) -> models.QuerySet:
        """The same, each with `newest`, the number of its newest entry."""
        entries = stating(self).filter(subject_key=Cast(OuterRef(self.key), TextField()))
        newest = Subquery(entries.order_by("-sequence").values("sequence")[:1])
        return self.read(numbers).annotate(newest=newest)


_kinds: dict[type[models.Model], Kind] = {}


def register(
    model: type[models.Model], subject: str, *, but: tuple[str, ...] = (), **more: Any
) -> None:
    """Let the log know the rows of a model, all fields of them but some; when the app is ready.

    ``more`` is `parts`, names of relations, each with the fields of a row there that count; `key`, the
    field by which the log names a row; `where`, which rows count; `apart`, which fields are asked for by themselves;
    `opened`, what stands for a secret. A proxy has rows of its own to the log.
    """
    _kinds[model] = Kind(model, subject, fields_of(model, but), **more)


def fields_of(model: type[models.Model], but: tuple[str, ...] = ()) -> tuple[str, ...]:
    """All fields of a model but some, as they are named in a row."""
    fields = model._meta.concrete_fields  # noqa: SLF001 Django documents it
    return tuple(each.attname for each in fields if each.name not in but)


def kinds() -> Iterator[Kind]:
    """Every kind of row that decides."""
    yield from _kinds.values()


def kind_of(row: models.Model) -> Kind:
    """What the row is to the log; raises KeyError for one that decides nothing."""
    return _kinds.get(type(row)) or _kinds[row._meta.concrete_model]  # type: ignore[index]  # noqa: SLF001


def stating(kind: Kind) -> models.QuerySet[Entry]:
    """The entries that say how rows of this kind are."""
    return Entry.objects.filter(subject_type=kind.subject, details_json__contains=MARK)


def record(
    row: models.Model,
    action: str,
    *,
    actor: log.Actor,
    details: dict[str, Any] | None = None,
    witnessed: Any = None,
) -> Entry:
    """Add an entry of what the row holds now, in the transaction that changed it.

    The row is read again, so that what the database has is what is hashed. As with every entry, call
    it after every other lock of the transaction is taken. ``witnessed`` is as in `log.append`.
    """
    kind = kind_of(row)
    with transaction.atomic():
        [stored] = kind.read([row.pk])
        said = {**(details or {}), **kind.said_of(stored)}
        return _append(kind, stored, action, actor, said, witnessed)


def note(
    row: models.Model,
    action: str,
    *,
    actor: log.Actor,
    details: dict[str, Any] | None = None,
    witnessed: Any = None,
) -> Entry:
    """Add an entry of a row that the log did not know before: a change does not make it good."""
    said = {**(details or {}), "unknown": True}
    return _append(kind_of(row), row, action, actor, said, witnessed)


@contextmanager
def changing(
    *rows: models.Model, action: str, actor: log.Actor, details: dict[str, Any] | None = None
) -> Iterator[None]:
    """Record what the block changes, at its end; what the log did not know before stays unknown."""
    strange, before = unknown(rows), [contents_now(row) for row in rows]
    yield
    for row, contents in zip(rows, before, strict=True):
        if contents_now(row) != contents:
            add = note if row.pk in strange else record
            add(row, action, actor=actor, details=details)


def contents_now(row: models.Model) -> dict[str, Any]:
    """What the row and its parts hold in the database."""
    kind = kind_of(row)
    [stored] = kind.read([row.pk])
    return kind.contents_of(stored)


def record_deletion(
    row: models.Model, action: str, *, actor: log.Actor, details: dict[str, Any] | None = None
) -> Entry:
    """Add an entry of a row that is deleted in this transaction; call it while its key is there."""
    return _append(kind_of(row), row, action, actor, {**(details or {}), "state": GONE})


def _append(  # noqa: PLR0913, PLR0917
    kind: Kind,
    row: models.Model,
    action: str,
    actor: log.Actor,
    details: dict[str, Any],
    witnessed: Any = None,
) -> Entry:
    subject = log.Subject(kind.subject, kind.key_of(row))
    return log.append(action, actor=actor, subject=subject, details=details, witnessed=witnessed)


def is_known(row: models.Model) -> bool:
    """Whether the row is as the log says it must be."""
    return not unknown([row])


def otherwise(rows: Iterable[models.Model], name: str) -> set[Any]:
    """The primary keys of those whose fields of that name are not as the log says; few queries.

    Whatever else was changed in them. An entry of before the name was asked for says it with the rest.
    """
    asked = list(rows)
    if not asked:
        return set()
    kind, numbers = kind_of(asked[0]), {row.pk for row in asked}
    read = [row for _, row in _readable(kind, list(numbers)) if row is not None]
    entries = _entries(row.newest for row in read)
    return numbers - {
        row.pk for row in read if _is_as_said(kind, row, entries.get(row.newest), name)
    }


def _is_as_said(kind: Kind, row: Any, entry: Entry | None, name: str) -> bool:
    said = entry.details.get(f"state of {name}") if entry else None
    if entry is None or said is None:
        return not _difference(kind, row, entry)
    try:
        is_same = said == kind.state_apart(row, name, key_id=entry.key_id)
        return is_same and chain.digest_of(entry) == entry.digest
    except (chain.UnknownKey, *UNREADABLE):
        return False


def unknown(rows: Iterable[models.Model]) -> set[Any]:
    """The primary keys of those rows, all of one kind, that are not as the log says; few queries.

    One that decides nothing, as its kind has it, need not be known.
    """
    by_key = {row.pk: row for row in rows}
    if not by_key:
        return set()
    kind = kind_of(next(iter(by_key.values())))
    there = set(kind.rows.filter(pk__in=list(by_key)).values_list("pk", flat=True))
    deciding = there
    if kind.where:
        deciding = set(kind.deciding.filter(pk__in=there).values_list("pk", flat=True))
    return set(by_key) - there | set(differences(kind, deciding))


def differences(kind: Kind, numbers: Iterable[Any]) -> dict[Any, str]:
    """What is wrong with the rows of these primary keys, in a sentence for each."""
    found = _compare(kind, numbers)
    for _reading in range(1, READINGS):
        if not found:
            break
        found = _compare(kind, found)
    return found


def _compare(kind: Kind, numbers: Iterable[Any]) -> dict[Any, str]:
    found, rows = {}, []
    for number, row in _readable(kind, list(numbers)):
        if row is None:
            found[number] = f"The {kind.subject} of row {number} cannot be read."
        else:
            rows.append(row)
    entries = _entries(row.newest for row in rows)
    for row in rows:
        if said := _difference(kind, row, entries.get(row.newest)):
            found[row.pk] = said
    return found


def _readable(kind: Kind, numbers: list[Any]) -> Iterator[tuple[Any, Any]]:
    """The rows, with nothing in place of one that cannot be read."""
    try:
        yield from [(row.pk, row) for row in kind.read_with_newest(numbers)]
    except UNREADABLE:
        if len(numbers) == 1:
            yield numbers[0], None
            return
        middle = len(numbers) // 2
        yield from _readable(kind, numbers[:middle])
        yield from _readable(kind, numbers[middle:])


def _entries(sequences: Iterable[int | None]) -> dict[int, Entry]:
    entries = Entry.objects.filter(sequence__in=[each for each in sequences if each])
    try:
        return entries.in_bulk()
    except UNREADABLE:
        return entries.defer("at").in_bulk()


def _difference(kind: Kind, row: Any, entry: Entry | None) -> str:
    """A sentence, or nothing when the row is as its newest entry says."""
    if entry is None:
        return f"The log does not know the {kind.subject} {kind.key_of(row)}."
    try:
        is_same = entry.details["state"] == kind.state_of(row, key_id=entry.key_id)
        if is_same and chain.digest_of(entry) == entry.digest:
            return ""
    except (chain.UnknownKey, *UNREADABLE):
        pass
    return f"The {kind.subject} {kind.key_of(row)} is not as entry {entry.sequence} says."


def _filled(row: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """What is not empty, false or nought: so a new column, which is that, changes no old hash."""
    values = {name: _plain(getattr(row, name)) for name in fields}
    return {name: value for name, value in values.items() if value}


def _plain(value: Any) -> Any:
    """As JSON may hold it; a moment is written in UTC by whoever writes the JSON."""
    is_json = value is None or isinstance(value, (bool, int, str, list, dict, datetime.datetime))
    return value if is_json else str(value)


def parts_of(row: models.Model, name: str) -> list[models.Model]:
    """The rows that are this part of a row, "lines" or "shown__signature"."""
    rows = [row]
    for step in name.split("__"):
        rows = [part for each in rows for part in _related(each, step)]
    return rows


def _related(row: models.Model, name: str) -> Iterable[models.Model]:
    part = getattr(row, name)
    if part is None or isinstance(part, models.Model):
        return [part] if part else []
    return part.all()
