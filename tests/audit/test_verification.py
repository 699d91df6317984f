"""Whoever changes the log behind the shop's back is found, with the number of the entry."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from shop.audit import chain, guards, log
from shop.audit.chain import current_head
from shop.audit.models import Entry
from shop.audit.verification import Verification, parse_heads
from shop.prescriptions.models import Event, Prescription

LENGTH = 9
SOMEWHERE = log.Subject("prescription", "RX7K9Q")

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(db: None) -> None:
    for number in range(1, LENGTH + 1):
        log.append("page.open", actor=log.Actor(number, "customer"), subject=SOMEWHERE)


@contextmanager
def behind_the_shops_back() -> Iterator[None]:
    """With the rights of the database's owner."""
    guards.remove()
    yield
    guards.install()


def faults(heads: dict[int, str] | None = None) -> list[str]:
    return list(Verification(heads or {}).findings())


def test_a_log_that_nobody_touched_has_no_faults(entries: None) -> None:
    assert faults(dict([current_head()])) == []


def test_an_empty_log_has_no_faults() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "2026-01-01T00:00:00Z"),
        ("actor_id", 99),
        ("actor_id", None),
        ("actor_role", "superuser"),
        ("action", "page.close"),
        ("subject_type", "account"),
        ("subject_key", "OTHER"),
        ("details_json", '{"page": 2}'),
        ("witness", "0" * 64),
        ("address", "203.0.113.1"),
        ("agent", "0" * 16),
        ("digest", "0" * 64),
    ],
)
def test_an_edit_is_found(entries: None, field: str, value: Any) -> None:
    with behind_the_shops_back():
        Entry.objects.filter(sequence=5).update(**{field: value})

    assert "Entry 5 was changed, moved or put in." in faults()


def test_an_edit_with_a_digest_that_fits_needs_the_key(entries: None, settings: Settings) -> None:
    known = settings.AUDIT_KEYS
    settings.AUDIT_KEYS = {"test1": b"g" * 32}
    with behind_the_shops_back():
        entry = Entry.objects.get(sequence=5)
        entry.action = "page.close"
        entry.digest = chain.digest_of(entry)
        entry.save()
    settings.AUDIT_KEYS = known

    assert faults() == [
        "Entry 5 was changed, moved or put in.",
        "Entry 6 does not follow entry 5.",
    ]


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ([1], "Entry 1 is missing."),
        ([5], "Entry 5 is missing."),
        ([5, 6, 7], "Entries 5 to 7 are missing."),
    ],
)
def test_a_deletion_is_found(entries: None, gone: list[int], said: str) -> None:
    with behind_the_shops_back():
        Entry.objects.filter(sequence__in=gone).delete()

    assert faults() == [said]


def test_a_deletion_that_was_closed_up_is_found(entries: None) -> None:
    with behind_the_shops_back():
        Entry.objects.filter(sequence=5).delete()
        for number in range(6, LENGTH + 1):
            Entry.objects.filter(sequence=number).update(sequence=number - 1)

    assert faults()[0] == "Entry 5 does not follow entry 4."


def test_a_new_order_is_found(entries: None) -> None:
    with behind_the_shops_back():
        for old, new in ((5, 100), (6, 5), (100, 6)):
            Entry.objects.filter(sequence=old).update(sequence=new)

    assert faults() == [
        "Entry 5 does not follow entry 4.",
        "Entry 5 was changed, moved or put in.",
        "Entry 6 does not follow entry 5.",
        "Entry 6 was changed, moved or put in.",
        "Entry 7 does not follow entry 6.",
    ]


def test_an_entry_put_in_is_found(entries: None) -> None:
    last = Entry.objects.get(sequence=LENGTH)
    last.sequence, last.previous = LENGTH + 1, last.digest
    last.save(force_insert=True)

    assert faults() == [f"Entry {LENGTH + 1} was changed, moved or put in."]


def test_a_cut_at_the_end_is_found_by_an_exported_head(entries: None) -> None:
    heads = dict([current_head()])
    with behind_the_shops_back():
        Entry.objects.filter(sequence__gt=6).delete()

    assert faults() == []
    assert faults(heads) == ["Entries 7 to 9 are missing at the end: a head was exported."]


def test_a_log_written_anew_with_the_key_is_found_by_an_exported_head(entries: None) -> None:
    heads = dict([current_head()])
    with behind_the_shops_back():
        Entry.objects.all().delete()
    for _ in range(LENGTH):
        log.append("page.open", actor=log.SYSTEM, subject=SOMEWHERE)

    assert faults(heads) == [f"Entry {LENGTH} is not the one whose head was exported."]


def test_triggers_that_are_gone_are_found(entries: None) -> None:
    guards.remove()

    assert faults() == ["The database does not refuse changes: its triggers are not there."]


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite switches no trigger off")
def test_triggers_that_are_switched_off_are_found(entries: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER ALL")

    assert faults() == ["The database does not refuse changes: its triggers are not there."]


def test_a_key_that_is_gone_is_named(entries: None, settings: Settings) -> None:
    settings.AUDIT_KEYS = {"test2": b"b" * 32}

    assert faults()[0] == "Entry 1 names the key 'test1', which AUDIT_KEYS lacks."


def test_a_new_key_goes_on_where_the_old_one_ended(entries: None, settings: Settings) -> None:
    settings.AUDIT_KEYS = {"test2": b"b" * 32, **settings.AUDIT_KEYS}

    entry = log.append("page.open", actor=log.SYSTEM, subject=SOMEWHERE)

    assert entry.key_id == "test2"
    assert faults() == []


NOT_A_TIME = ["yesterday", "2026-13-45 99:99", 5]
only_sqlite = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL takes nothing but a time"
)


@only_sqlite
@pytest.mark.parametrize("written", NOT_A_TIME)
def test_a_time_that_cannot_be_read_is_found(entries: None, written: object) -> None:
    with behind_the_shops_back(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET at = %s WHERE sequence = 5", [written])

    assert faults() == ["Entry 5 was changed, moved or put in."]


# The history that people read


@only_sqlite
@pytest.mark.parametrize("written", NOT_A_TIME)
def test_a_time_in_the_history_that_cannot_be_read_is_found(
    approved: Prescription, written: object
) -> None:
    event = approved.events.all()[1]
    with behind_the_shops_back(), connection.cursor() as cursor:
        cursor.execute("UPDATE prescriptions_event SET at = %s WHERE id = %s", [written, event.pk])

    assert faults() == [f"The history row of entry {entry_of(event)} was changed."]


def entry_of(event: Event) -> int:
    return event.audit_sequence


def test_a_history_that_nobody_touched_has_no_faults(
    approved: Prescription,
) -> None:
    assert approved.events.count() == 3
    assert faults() == []


@pytest.mark.parametrize(
    "change",
    [
        {"by_id": None},
        {"registration": "Somebody else"},
        {"action": "refuse"},
        {"from_status": "submitted"},
        {"to_status": "refused"},
        {"at": "2026-01-01T00:00:00Z"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_history_is_found(approved: Prescription, change: dict[str, Any]) -> None:
    event = approved.events.latest("pk")
    with behind_the_shops_back():
        Event.objects.filter(pk=event.pk).update(**change)

    assert faults() == [f"The history row of entry {entry_of(event)} was changed."]


def test_a_changed_note_is_found(approved: Prescription) -> None:
    event = approved.events.latest("pk")
    event.note = "Nothing was said"
    event.save(update_fields=["note"])

    assert faults() == [f"The history row of entry {entry_of(event)} was changed."]


def test_a_note_that_cannot_be_opened_is_found(approved: Prescription) -> None:
    event = approved.events.latest("pk")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE prescriptions_event SET note = %s WHERE id = %s", [b"x", event.pk])

    assert faults() == [f"The history row of entry {entry_of(event)} was changed."]


def test_a_deleted_history_is_found(approved: Prescription) -> None:
    event = approved.events.latest("pk")
    with behind_the_shops_back():
        event.delete()

    assert faults() == [f"The history row of entry {entry_of(event)} is gone."]


@pytest.mark.parametrize("sequence", [2, 1000])
def test_an_invented_history_is_found(
    entries: None, prescription: Prescription, sequence: int
) -> None:
    Event.objects.create(
        prescription=prescription,
        action="approve",
        to_status="approved",
        audit_sequence=sequence,
    )

    assert faults() == [f"A history row names entry {sequence}, which does not know it."]


# The commands


def test_the_command_says_which_entry_and_fails(entries: None) -> None:
    with behind_the_shops_back():
        Entry.objects.filter(sequence=5).update(action="x")
    said = io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", stdout=io.StringIO(), stderr=said)

    assert ended.value.code == 1
    assert "Entry 5 was changed" in said.getvalue()


def test_a_verification_is_itself_recorded(entries: None) -> None:
    call_command("verify_audit", stdout=io.StringIO())

    newest = Entry.objects.first()
    assert newest is not None
    assert (newest.action, newest.details) == ("audit.verify", {"faults": 0})


def test_heads_exported_day_by_day_find_a_cut(entries: None, tmp_path: Path) -> None:
    heads = tmp_path / "heads.txt"
    exported = io.StringIO()
    call_command("export_audit_head", stdout=exported)
    log.append("page.open", actor=log.SYSTEM, subject=SOMEWHERE)
    call_command("export_audit_head", stdout=exported)
    heads.write_text(exported.getvalue())
    call_command("verify_audit", head=heads, stdout=io.StringIO())

    with behind_the_shops_back():
        Entry.objects.filter(sequence__gt=LENGTH).delete()

    said = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_audit", head=heads, stdout=io.StringIO(), stderr=said)
    assert said.getvalue() == "Entry 10 is missing at the end: a head was exported.\n"


def test_the_head_of_an_empty_log_can_be_exported_and_read() -> None:
    exported = io.StringIO()
    call_command("export_audit_head", stdout=exported)

    assert parse_heads(exported.getvalue().splitlines()) == {}


@pytest.mark.parametrize("content", [None, "yesterday 12\n", "2026-01-01T00:00:00Z twelve abc\n"])
def test_a_file_that_is_no_list_of_heads_is_refused(tmp_path: Path, content: str | None) -> None:
    heads = tmp_path / "heads.txt"
    if content is not None:
        heads.write_text(content)

    with pytest.raises(CommandError, match=r"heads\.txt"):
        call_command("verify_audit", head=heads)
