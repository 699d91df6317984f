"""Reads the whole audit log again: which entry, and which row, is not as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from shop.audit import chain, guards, live_rows, witnesses
from shop.audit.models import Entry

BATCH = 2000
LAST_POSSIBLE = 2**63 - 1

Heads = dict[int, str]


class UnreadableHeads(Exception):
    """The file with exported heads has a line that is none."""


def parse_heads(lines: Iterable[str]) -> Heads:
    """Read what `export_audit_head` wrote, a line for each export; raises UnreadableHeads."""
    heads: Heads = {}
    for number, line in enumerate(lines, start=1):
        try:
            _exported_at, sequence, digest = line.split()
            heads[int(sequence)] = digest
        except ValueError as error:
            raise UnreadableHeads(f"line {number} is not the head of an audit log") from error
    heads.pop(0, None)
    return heads


class Verification:
    """One walk through the log, in memory that does not grow with it."""

    def __init__(self, heads: Heads) -> None:
        self.heads = dict(heads)
        self.last = 0
        self.digest = chain.START

    def findings(self) -> Iterator[str]:
        """A sentence for everything that is wrong, with the number of the entry."""
        if not guards.are_installed():
            yield "The database does not refuse changes: its triggers are not there."
        while batch := _entries_after(self.last):
            rows = witnesses.rows_between(self.last + 1, batch[-1].sequence)
            for entry in batch:
                yield from self._check(entry, rows)
            yield from _unfounded(rows)
        yield from _unfounded(witnesses.rows_between(self.last + 1, LAST_POSSIBLE))
        yield from self._missing_at_the_end()
        yield from live_rows.findings()

    def _check(self, entry: Entry, rows: dict[int, Any]) -> Iterator[str]:
        if entry.sequence > self.last + 1:
            yield f"{_range(self.last + 1, entry.sequence - 1)} missing."
        elif entry.previous != self.digest:
            yield f"Entry {entry.sequence} does not follow entry {self.last}."
        yield from _faults(entry)
        yield from _witness_faults(entry, rows)
        if self.heads.pop(entry.sequence, entry.digest) != entry.digest:
            yield f"Entry {entry.sequence} is not the one whose head was exported."
        self.last, self.digest = entry.sequence, entry.digest

    def _missing_at_the_end(self) -> Iterator[str]:
        newest = max(self.heads, default=0)
        if newest > self.last:
            yield f"{_range(self.last + 1, newest)} missing at the end: a head was exported."


def _entries_after(sequence: int) -> list[Entry]:
    entries = Entry.objects.filter(sequence__gt=sequence).order_by("sequence")
    try:
        return list(entries[:BATCH])
    except witnesses.UNREADABLE:
        return list(entries.defer("at")[:BATCH])


def _faults(entry: Entry) -> Iterator[str]:
    try:
        if _digest_of(entry) != entry.digest:
            yield f"Entry {entry.sequence} was changed, moved or put in."
    except chain.UnknownKey:
        yield f"Entry {entry.sequence} names the key {entry.key_id!r}, which AUDIT_KEYS lacks."


def _digest_of(entry: Entry) -> str | None:
    """The digest; None for an entry whose time cannot be read any more."""
    try:
        return chain.digest_of(entry)
    except witnesses.UNREADABLE:
        return None


def _witness_faults(entry: Entry, rows: dict[int, Any]) -> Iterator[str]:
    if not entry.witness:
        return
    if entry.sequence not in rows:
        yield f"The history row of entry {entry.sequence} is gone."
        return
    try:
        found = chain.keyed_hash(rows.pop(entry.sequence), key_id=entry.key_id)
    except chain.UnknownKey:
        return
    if found != entry.witness:
        yield f"The history row of entry {entry.sequence} was changed."


def _unfounded(rows: dict[int, Any]) -> Iterator[str]:
    for sequence in sorted(rows):
        yield f"A history row names entry {sequence}, which does not know it."


def _range(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"
