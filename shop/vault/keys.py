"""Reads and makes the keys of sealed documents and of the audit log; needs no settings."""

import base64
import binascii
import os
import re

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,32}")


def new_key() -> str:
    """Return a new AES-256 key as base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode("ascii")


def parse_keys(text: str) -> dict[str, bytes]:
    """Read "id:base64,id2:base64"; the first key seals, all of them open.

    Raises `ImproperlyConfigured`, and never repeats a key in the message.
    """
    keys: dict[str, bytes] = {}
    for place, entry in enumerate(text.split(","), start=1):
        key_id, _separator, encoded = entry.strip().partition(":")
        if not KEY_ID.fullmatch(key_id):
            raise ImproperlyConfigured(
                f"Key {place}: write it as id:base64, the id in plain letters."
            )
        if key_id in keys:
            raise ImproperlyConfigured(f"Key {key_id!r} is given twice.")
        keys[key_id] = _decode(key_id, encoded)
    return keys


def _decode(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured(f"Key {key_id!r} is not base64.") from error
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"Key {key_id!r} has {len(key)} bytes instead of {KEY_BYTES}.")
    return key
