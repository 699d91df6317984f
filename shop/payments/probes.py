"""Asks Stripe what the shop's key may do and what the account is like; changes nothing there."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from django.utils import timezone

from shop.payments import gateway
from shop.payments.answers import (
    Fields,
    GatewayRefused,
    NotPermitted,
    NotUnderstood,
    part,
    required,
    text,
)

# No object of anybody's has such a name: whoever may ask for it is told that there is none.
CARD_PAGE = "cs_test_nothing_of_ours"
PAYMENT = "pi_nothing_of_ours"
NO_FACTS: Any = {}

# Each request of the gateway, and the permission of a restricted key that it takes.
REQUESTS: dict[str, Callable[[Any], object]] = {
    "Checkout Sessions, write: open a card page": (
        lambda client: client.v1.checkout.sessions.create(NO_FACTS)
    ),
    "Checkout Sessions, write: close a card page": (
        lambda client: client.v1.checkout.sessions.expire(CARD_PAGE)
    ),
    "Checkout Sessions, read: see a card page": (
        lambda client: client.v1.checkout.sessions.retrieve(CARD_PAGE)
    ),
    "PaymentIntents and Charges, read: see payments": (
        lambda client: client.v1.payment_intents.list(
            {"limit": 1, "expand": ["data.latest_charge"]}
        )
    ),
    "PaymentIntents, write: charge": lambda client: client.v1.payment_intents.capture(PAYMENT),
    "PaymentIntents, write: release": lambda client: client.v1.payment_intents.cancel(PAYMENT),
    "Refunds, write: pay back": (
        lambda client: client.v1.refunds.create({"payment_intent": PAYMENT})
    ),
    "Refunds, read: see refunds": lambda client: client.v1.refunds.list({"limit": 1}),
    "Disputes, read: see disputes": lambda client: client.v1.disputes.list({"limit": 1}),
    "Events, read: see what webhooks missed": lambda client: client.v1.events.list({"limit": 1}),
}


@dataclass(frozen=True)
class Endpoint:
    """Where Stripe sends events."""

    url: str
    is_enabled: bool
    livemode: bool
    events: tuple[str, ...]
    api_version: str


@dataclass(frozen=True)
class Account:
    """What the account is like; empty words where Stripe says nothing."""

    currency: str
    takes_cards: bool
    statement_descriptor: str


def refusal_of(request: Callable[[Any], object]) -> str:
    """Why the key may not make a request, empty when it may; raises GatewayUnavailable.

    That the thing asked for does not exist is said only to a key that may ask.
    """
    try:
        gateway.ask(request)
    except GatewayRefused:
        return ""
    except NotPermitted as error:
        return str(error)
    return ""


def clock_difference() -> datetime.timedelta:
    """How far this computer's clock is ahead of Stripe's; negative when it is behind."""
    answer = gateway.ask(lambda client: client.v1.events.list({"limit": 1})).last_response
    if answer is None:
        raise NotUnderstood("Stripe's answer has no time")
    return timezone.now() - parsedate_to_datetime(answer.headers["Date"])


def list_endpoints() -> list[Endpoint]:
    """Every address that Stripe sends events to."""
    found = gateway.ask(lambda client: client.v1.webhook_endpoints.list({"limit": 100}))
    return [_endpoint(each.to_dict()) for each in found.auto_paging_iter()]


def _endpoint(body: Fields) -> Endpoint:
    return Endpoint(
        url=required(body, "url", str),
        is_enabled=required(body, "status", str) == "enabled",
        livemode=required(body, "livemode", bool),
        events=tuple(required(body, "enabled_events", list)),
        api_version=text(body, "api_version"),
    )


def read_account() -> Account:
    """The account that the key belongs to."""
    body = gateway.ask(lambda client: client.v1.accounts.retrieve_current()).to_dict()
    return Account(
        currency=text(body, "default_currency").upper(),
        takes_cards=text(part(body, "capabilities"), "card_payments") == "active",
        statement_descriptor=text(part(part(body, "settings"), "payments"), "statement_descriptor"),
    )


def capture_methods() -> list[str]:
    """How the money of the shop's newest payments was, or will be, taken; each way once."""
    newest = gateway.ask(lambda client: client.v1.payment_intents.list({"limit": 100})).data
    bodies = (intent.to_dict() for intent in newest)
    ours = (body for body in bodies if text(part(body, "metadata"), "reference"))
    return sorted({text(body, "capture_method") for body in ours})
