"""Triggers by which the database itself refuses to change or delete an audit entry."""

from __future__ import annotations

from typing import Any

from django.db import connections

from shop.audit.models import Entry

TABLE = Entry._meta.db_table  # noqa: SLF001 Django documents it
REFUSAL = "audit entries are never changed or deleted"


def _sqlite(event: str) -> str:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    return f"CREATE TRIGGER IF NOT EXISTS {TABLE}_{event} BEFORE {event} ON {TABLE} {refuse}"


def _postgresql(name: str, events: str) -> str:
    refuse = f"EXECUTE FUNCTION {TABLE}_refuse()"
    return f"CREATE OR REPLACE TRIGGER {TABLE}_{name} BEFORE {events} ON {TABLE} {refuse}"


POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$
"""
Statements = dict[str, tuple[str, ...]]
INSTALL: Statements = {
    "sqlite": (_sqlite("UPDATE"), _sqlite("DELETE")),
    "postgresql": (
        POSTGRESQL_FUNCTION,
        _postgresql("change", "UPDATE OR DELETE"),
        _postgresql("truncate", "TRUNCATE"),
    ),
}
REMOVE: Statements = {
    "sqlite": (f"DROP TRIGGER IF EXISTS {TABLE}_UPDATE", f"DROP TRIGGER IF EXISTS {TABLE}_DELETE"),
    "postgresql": (
        f"DROP TRIGGER IF EXISTS {TABLE}_change ON {TABLE}",
        f"DROP TRIGGER IF EXISTS {TABLE}_truncate ON {TABLE}",
    ),
}
PRESENT = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
    "postgresql": (
        "SELECT count(*) FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
    ),
}


def install(using: str = "default") -> None:
    """Put the triggers there; safe to run again."""
    _run(INSTALL, using)


def remove(using: str = "default") -> None:
    """Take the triggers away, as only a test may."""
    _run(REMOVE, using)


def are_installed(using: str = "default") -> bool:
    """Whether the database refuses to change and to delete entries."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(PRESENT[connection.vendor], [TABLE])
        return bool(cursor.fetchone()[0] == 2)  # noqa: PLR2004 the two above


def install_after_migration(*, using: str, **_: Any) -> None:
    """What Django calls once the tables are as they should be."""
    if TABLE in connections[using].introspection.table_names():
        install(using)


def _run(statements: Statements, using: str) -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
