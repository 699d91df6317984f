"""Triggers by which the database itself refuses to change or delete the rows of some tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections, models, transaction

from shop.audit.models import Entry

# What one guard puts there, by name.
TRIGGERS = {"sqlite": ("UPDATE", "DELETE"), "postgresql": ("change", "truncate")}
REFUSAL = "audit entries are never changed or deleted"
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$
"""


@dataclass(frozen=True)
class Guard:
    """A table whose rows stay; ``columns`` are those that never change, all of them when empty."""

    table: str
    refusal: str
    columns: tuple[str, ...] = ()

    @property
    def _update(self) -> str:
        return f"UPDATE OF {', '.join(self.columns)}" if self.columns else "UPDATE"

    def install(self, vendor: str) -> list[str]:
        """The statements that put its triggers there, or put them there anew."""
        if vendor == "sqlite":
            return [
                *self.remove(vendor),
                self._sqlite("UPDATE", self._update),
                self._sqlite("DELETE", "DELETE"),
            ]
        return [
            POSTGRESQL_FUNCTION.format(table=self.table, refusal=self.refusal),
            self._postgresql("change", f"{self._update} OR DELETE"),
            self._postgresql("truncate", "TRUNCATE"),
        ]

    def remove(self, vendor: str) -> list[str]:
        """The statements that take its triggers away."""
        where = f" ON {self.table}" if vendor == "postgresql" else ""
        return [f"DROP TRIGGER IF EXISTS {self.table}_{name}{where}" for name in TRIGGERS[vendor]]

    def _sqlite(self, name: str, event: str) -> str:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END"
        return f"CREATE TRIGGER {self.table}_{name} BEFORE {event} ON {self.table} {refuse}"

    def _postgresql(self, name: str, events: str) -> str:
        refuse = f"EXECUTE FUNCTION {self.table}_refuse()"
        trigger = f"{self.table}_{name} BEFORE {events} ON {self.table}"
        return f"CREATE OR REPLACE TRIGGER {trigger} {refuse}"


PRESENT = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
    "postgresql": (
        "SELECT count(*) FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
    ),
}

_guards = [Guard(Entry._meta.db_table, REFUSAL)]  # noqa: SLF001 Django documents it


def register(model: type[models.Model], *, refusal: str, but: tuple[str, ...] = ()) -> None:
    """Guard a model's table as the log is guarded, but for these fields; when the app is ready."""
    meta = model._meta  # noqa: SLF001 Django documents it
    columns = [str(field.column) for field in meta.concrete_fields if field.name not in but]
    _guards.append(Guard(meta.db_table, refusal, tuple(columns)))


def install(using: str = "default", **_: Any) -> None:
    """Put the triggers there; safe to run again. Django calls it after a migration."""
    vendor = connections[using].vendor
    _run([line for guard in _guards for line in guard.install(vendor)], using)


def remove(using: str = "default") -> None:
    """Take the triggers away, as only a test may."""
    vendor = connections[using].vendor
    _run([line for guard in _guards for line in guard.remove(vendor)], using)


def are_installed(using: str = "default") -> bool:
    """Whether the database refuses to change and to delete what it is to keep."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for guard in _guards:
            cursor.execute(PRESENT[connection.vendor], [guard.table])
            if cursor.fetchone()[0] != len(TRIGGERS[connection.vendor]):
                return False
    return True


def _run(statements: list[str], using: str) -> None:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
