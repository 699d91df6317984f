"""What we ask of Stripe and what it tells us, in our own words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Charge:
    """What a card page asks for. Stripe sees all of it, so ``description`` names no medicine."""

    reference: str
    amount_minor: int
    currency: str
    description: str


@dataclass(frozen=True)
class CardPage:
    """A hosted card page."""

    session_id: str
    url: str


@dataclass(frozen=True)
class Intent:
    """The money behind a card page, as Stripe sees it now; the amount in minor units."""

    intent_id: str
    status: str
    amount: int
    currency: str
    capture_before: datetime.datetime | None


@dataclass(frozen=True)
class Payment:
    """A card page as Stripe sees it now; without an intent nobody has pressed pay there."""

    session_id: str
    session_status: str
    url: str
    reference: str
    livemode: bool
    intent: Intent | None


@dataclass(frozen=True)
class Funds:
    """The money of one payment by Stripe's books; amounts in minor units."""

    intent_id: str
    status: str
    reference: str
    received: int
    refunded: int
    capture_before: datetime.datetime | None
    is_disputed: bool


@dataclass(frozen=True)
class StripeRefund:
    """A refund as Stripe sees it; ``reference`` is empty for one that was not made here."""

    refund_id: str
    amount: int
    status: str
    reference: str
    failure: str


@dataclass(frozen=True)
class StripeDispute:
    """A dispute as Stripe sees it; the amount in minor units."""

    dispute_id: str
    intent_id: str
    amount: int
    reason: str
    status: str
    due_by: datetime.datetime | None


@dataclass(frozen=True)
class Notice:
    """The envelope of an event: which object to look at, and which payment it belongs to."""

    event_id: str
    type: str
    object_id: str
    livemode: bool
    reference: str
    intent_id: str
    created: datetime.datetime
