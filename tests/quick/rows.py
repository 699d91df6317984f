"""Rows as the database holds them: read whole, compared, and laid again without any code of the shop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.db import connection
from django.db.models import Model

# What is there from the start and no test changes.
KEPT = {model._meta.db_table for model in (ContentType, Permission, Site)}  # noqa: SLF001

Row = tuple[Any, ...]
Rows = dict[str, dict[Any, Row]]
Statement = tuple[str, list[Any]]
# The most values that every SQLite takes in one statement.
MOST_VALUES = 900


@cache
def models() -> dict[str, type[Model]]:
    """Every table of a model."""
    known = apps.get_models(include_auto_created=True)
    return {each._meta.db_table: each for each in known if each._meta.can_migrate(connection)}  # noqa: SLF001


@cache
def columns(table: str) -> tuple[str, ...]:
    fields = models()[table]._meta.concrete_fields  # noqa: SLF001
    return tuple(str(each.column) for each in fields)


@cache
def key_column(table: str) -> int:
    """Where in a row its primary key stands."""
    return columns(table).index(str(models()[table]._meta.pk.column))  # type: ignore[union-attr]  # noqa: SLF001


def read(table: str) -> dict[Any, Row]:
    """All rows by primary key, each value as it is stored: PostgreSQL's as text."""
    # With a sign before its name a column has no type, so Python's SQLite converts nothing.
    form = '"{}"::text' if connection.vendor == "postgresql" else '+"{}"'
    listed = ", ".join(form.format(each) for each in columns(table))
    found = run(f'SELECT {listed} FROM "{table}"').fetchall()  # noqa: S608
    at = key_column(table)
    return {row[at]: tuple(row) for row in found}


def must_be_empty() -> None:
    """Raise an AssertionError when a table holds something that is not there from the start."""
    tables = sorted(models().keys() - KEPT)
    asked = (f"SELECT '{each}' WHERE EXISTS (SELECT 1 FROM \"{each}\")" for each in tables)  # noqa: S608
    found = run(" UNION ALL ".join(asked)).fetchall()
    assert not found, f"rows from elsewhere: {found}"


def run(sql: str, values: Iterable[Any] = ()) -> Any:
    """Run it on the driver's own connection, where no wrapper of Django's hears it."""
    connection.ensure_connection()
    driver = connection.connection
    return driver.execute(sql, values) if values else driver.execute(sql)


def row_of(instance: Model) -> tuple[str, str]:
    """The table, and the primary key as text, of where it is kept."""
    meta = instance._meta  # noqa: SLF001
    key = meta.pk.get_db_prep_value(instance.pk, connection)  # type: ignore[union-attr]
    return meta.db_table, str(key)


@dataclass
class Difference:
    """What was added, changed and taken out, by table."""

    added: dict[str, list[Row]] = field(default_factory=dict)
    changed: dict[str, list[tuple[Row, Row]]] = field(default_factory=dict)
    removed: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def between(cls, before: Rows, after: Rows) -> Difference:
        new = cls()
        for table, rows in after.items():
            old = before.get(table, {})
            new.added[table] = [row for key, row in rows.items() if key not in old]
            new.changed[table] = [
                (old[key], row) for key, row in rows.items() if key in old and old[key] != row
            ]
            new.removed[table] = [key for key in old if key not in rows]
        return new

    @cached_property
    def touched(self) -> set[tuple[str, str]]:
        """Table and primary key, as text, of every row that is another one now."""
        rows = [(table, row) for table, added in self.added.items() for row in added]
        rows += [(table, row) for table, pairs in self.changed.items() for _, row in pairs]
        gone = {(table, str(key)) for table, keys in self.removed.items() for key in keys}
        return gone | {(table, str(row[key_column(table)])) for table, row in rows}

    def lay(self) -> None:
        """Do the same to the database as it is now. Foreign keys are looked at when all is done."""
        if connection.vendor == "postgresql":
            if self._script:
                run(self._script)
        else:
            for sql, values in self._statements:
                run(sql, values)

    @cached_property
    def _script(self) -> str:
        return ";\n".join(with_values(*each) for each in self._statements)

    @cached_property
    def _statements(self) -> list[Statement]:
        return [*self._deletes(), *self._updates(), *self._inserts()]

    def _deletes(self) -> Iterator[Statement]:
        for table, keys in self.removed.items():
            for key in keys:
                column = columns(table)[key_column(table)]
                yield f'DELETE FROM "{table}" WHERE "{column}" = ?', [key]  # noqa: S608

    def _updates(self) -> Iterator[Statement]:
        for table, pairs in self.changed.items():
            at = key_column(table)
            for old, new in pairs:
                which = [number for number, value in enumerate(new) if value != old[number]]
                named = ", ".join(f'"{columns(table)[number]}" = ?' for number in which)
                sql = f'UPDATE "{table}" SET {named} WHERE "{columns(table)[at]}" = ?'  # noqa: S608
                yield sql, [*(new[number] for number in which), new[at]]

    def _inserts(self) -> Iterator[Statement]:
        for table, rows in self.added.items():
            names = ", ".join(f'"{each}"' for each in columns(table))
            places = "(" + ", ".join("?" * len(columns(table))) + ")"
            most = max(1, MOST_VALUES // len(columns(table)))
            for first in range(0, len(rows), most):
                some = rows[first : first + most]
                listed = ", ".join([places] * len(some))
                yield f'INSERT INTO "{table}" ({names}) VALUES {listed}', list(chain(*some))  # noqa: S608


def with_values(sql: str, values: list[Any]) -> str:
    """The statement with its values, which are text or nothing, written into it."""
    from psycopg.sql import Literal

    written = iter(Literal(value).as_string(connection.connection) for value in values)
    first, *rest = sql.split("?")
    return first + "".join(next(written) + part for part in rest)
