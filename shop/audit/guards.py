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

    def _sqlite(self, name: str, event: str, when: str = "") -> str:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END"
        return f"CREATE TRIGGER {self.table}_{name} BEFORE {event} ON {self.table}{when} {refuse}"

    def _postgresql(self, name: str, events: str, each: str = "") -> str:
        refuse = f"EXECUTE FUNCTION {self.table}_refuse()"
        trigger = f"{self.table}_{name} BEFORE {events} ON {self.table}{each}"
        return f"CREATE OR REPLACE TRIGGER {trigger} {refuse}"


DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
POSTGRESQL_KEEPING = """
CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF NOT ({delete}) THEN RETURN OLD; END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF ({update}) IS NOT TRUE THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation';
END $$
"""


@dataclass(frozen=True)
class Keeping(Guard):
    """A table whose rows keep what is given in their ``columns``, and stay, once they are ``when``.

    ``when`` is SQL about OLD alone: SQLite cannot make a table anew that another one's trigger names.
    """

    when: str = "TRUE"
    stays: bool = True

    def _change(self, vendor: str) -> str:
        differs = " OR ".join(
            f"(CAST(OLD.{each} AS text) <> '' AND NEW.{each} {DIFFERS[vendor]} OLD.{each})"
            for each in self.columns
        )
        return f"({self.when}) AND ({differs})"

    def install(self, vendor: str) -> list[str]:
        """The statements that put its triggers there, or put them there anew."""
        update, delete = self._change(vendor), self.when if self.stays else "FALSE"
        if vendor == "sqlite":
            return [
                *self.remove(vendor),
                self._sqlite("UPDATE", "UPDATE", f" WHEN {update}"),
                self._sqlite("DELETE", "DELETE", f" WHEN {delete}"),
            ]
        values = {"table": self.table, "refusal": self.refusal}
        return [
            POSTGRESQL_KEEPING.format(**values, update=update, delete=delete),
            self._postgresql("change", "UPDATE OR DELETE", " FOR EACH ROW"),
            self._postgresql("truncate", "TRUNCATE"),
        ]


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


def keep(
    model: type[models.Model],
    *,
    refusal: str,
    columns: tuple[str, ...],
    when: str = "TRUE",
    stays: bool = True,
) -> None:
    """Have rows of a model keep what these columns hold, once they are ``when``; from the app's start."""
    table = model._meta.db_table  # noqa: SLF001 Django documents it
    _guards.append(Keeping(table, refusal, columns, when=when, stays=stays))


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
