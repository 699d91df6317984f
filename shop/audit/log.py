"""Adds entries to the audit log, one after the other, whoever adds them and however many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from shop.audit import chain
from shop.audit.models import Entry
from shop.audit.requests import current_origin

# Names the lock in PostgreSQL; SQLite lets one writer in at a time anyway.
LOCK = 0x4155444954
AGENT_CHARACTERS = 16


@dataclass(frozen=True)
class Actor:
    """Who acted: an account's number, and in which role; no number when the clock did it."""

    id: int | None
    role: str
    works_here: bool = False


@dataclass(frozen=True)
class Subject:
    """What was acted on: its kind and its unchanging name."""

    type: str
    key: str


SYSTEM = Actor(None, "system")


def append(
    action: str,
    *,
    actor: Actor,
    subject: Subject,
    details: dict[str, Any] | None = None,
    witnessed: Any = None,
) -> Entry:
    """Add an entry in the transaction of what it records.

    Call it after every other lock of that transaction is taken: the end of the log stays locked
    until the transaction ends. `details` holds no health data; `witnessed` is the plain contents of
    a row that is to name this entry, of which only a keyed hash is kept.
    """
    with transaction.atomic():
        lock_the_end()
        last, digest = chain.current_head()
        key_id = chain.current_key_id()
        entry = Entry(
            sequence=last + 1,
            at=timezone.now(),
            actor_id=actor.id,
            actor_role=actor.role,
            action=action,
            subject_type=subject.type,
            subject_key=subject.key,
            details_json=chain.canonical(details or {}),
            witness="" if witnessed is None else chain.keyed_hash(witnessed, key_id=key_id),
            key_id=key_id,
            previous=digest,
            **_origin_of(actor, key_id),
        )
        entry.digest = chain.digest_of(entry)
        entry.save(force_insert=True)
    return entry


def lock_the_end() -> None:
    """Let nobody else append until the transaction ends, for who numbers rows of their own by it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _origin_of(actor: Actor, key_id: str) -> dict[str, str]:
    """People who work here are kept with their whole address, customers with their network only."""
    origin = current_origin()
    agent = chain.keyed_hash(origin.agent, key_id=key_id)[:AGENT_CHARACTERS]
    return {
        "address": origin.address if actor.works_here else origin.short_address,
        "agent": agent if origin.agent else "",
    }
