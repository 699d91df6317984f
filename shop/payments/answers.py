"""Stripe's answers: what each may be, and how a field of one is read as its document types it.

A field that may be left out or null is read as nothing. What the shop cannot go without is never made
up: its lack is NotUnderstood.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
Fact = TypeVar("Fact")
Fields = Mapping[str, Any]


class GatewayUnavailable(Exception):
    """Stripe could not be reached, or asked us to come back later; nothing is known to have happened."""


class KeySpent(GatewayUnavailable):
    """Under this idempotency key no other answer comes: a stored fault, or another request's."""


class KeyRefused(GatewayUnavailable):
    """Stripe does not take the shop's key: everything waits until a person mends that."""


class NotPermitted(KeyRefused):
    """Stripe takes the key, which may not do this."""


class NotUnderstood(GatewayUnavailable):
    """An answer lacks what the shop cannot go without, or says it in a word that nobody knows."""


class GatewayRefused(Exception):
    """Stripe understood and said no."""


class SignatureRefused(Exception):
    """A webhook that Stripe did not sign, or not now."""


@dataclass(frozen=True)
class Listed(Generic[Fact]):
    """What was read of a list, and what of it could not be: that hides nothing else."""

    read: list[Fact] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)


def read_each(answers: Iterable[Value], read: Callable[[Value], Fact]) -> Listed[Fact]:
    """Read every one of a list."""
    listed = Listed[Fact]()
    for answer in answers:
        try:
            listed.read.append(read(answer))
        except NotUnderstood as error:
            listed.not_understood.append(error)
    return listed


def required(body: Fields, name: str, kind: type[Value]) -> Value:
    """What the shop cannot go without; raises NotUnderstood."""
    value = body.get(name)
    if type(value) is not kind or value == "":
        raise NotUnderstood(f"{_named(body)}: Stripe's answer has no {name}")
    return value


def known(body: Fields, name: str, words: Collection[str]) -> str:
    """A word of which the shop knows what it means; raises NotUnderstood."""
    word = required(body, name, str)
    if word not in words:
        raise NotUnderstood(f"{_named(body)}: the shop does not know the {name} {word[:40]!r}")
    return word


def _named(body: Fields) -> str:
    return str(body.get("id") or body.get("object") or "an object without a name")


def text(body: Fields, name: str) -> str:
    """A text that may be missing."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def part(body: Fields, name: str) -> Fields:
    """An object within the object, which may be missing."""
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def whole_part(body: Fields, name: str) -> Fields | None:
    """An object that was asked for whole, or null; raises NotUnderstood for its id alone."""
    value = body.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise NotUnderstood(f"{_named(body)}: Stripe's answer has only the id of its {name}")
    return value


def moment(body: Fields, name: str) -> datetime.datetime | None:
    """A moment that may be missing; 0 is none."""
    seconds = body.get(name)
    if not isinstance(seconds, int) or not seconds:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def identifier(body: Fields, name: str) -> str:
    """The id of another object, whether Stripe gave the id or the whole of it; may be missing."""
    return text(body, name) or text(part(body, name), "id")
