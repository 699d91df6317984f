"""The hash that ties an audit entry to the one before it, under a key the database never holds."""

from __future__ import annotations

import datetime
import hmac
import json
from typing import Any

from django.conf import settings

from shop.audit.models import Entry

# What the first entry follows.
START = "0" * 64
HASHED = (
    "sequence",
    "at",
    "actor_id",
    "actor_role",
    "action",
    "subject_type",
    "subject_key",
    "details_json",
    "witness",
    "address",
    "agent",
    "key_id",
    "previous",
)


class UnknownKey(Exception):
    """The key that an entry was hashed with is not in AUDIT_KEYS."""


def current_key_id() -> str:
    """Name the key that new entries are hashed with."""
    return next(iter(settings.AUDIT_KEYS))


def current_head() -> tuple[int, str]:
    """The number and the digest of the newest entry; zero and noughts for an empty log."""
    return Entry.objects.values_list("sequence", "digest").first() or (0, START)


def digest_of(entry: Entry) -> str:
    """The keyed hash (HMAC-SHA-256) of an entry with the digest of the one before it."""
    return keyed_hash([getattr(entry, name) for name in HASHED], key_id=entry.key_id)


def keyed_hash(value: Any, *, key_id: str) -> str:
    """HMAC-SHA-256, as hex, of a value as canonical JSON; raises UnknownKey."""
    if key_id not in settings.AUDIT_KEYS:
        raise UnknownKey(key_id)
    return hmac.digest(settings.AUDIT_KEYS[key_id], canonical(value).encode(), "sha256").hex()


def canonical(value: Any) -> str:
    """The one way to write a value as JSON."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_in_utc
    )


def _in_utc(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")
