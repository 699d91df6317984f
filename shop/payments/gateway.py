"""The only module that talks to Stripe."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar

import stripe  # noqa: TID251
from django.conf import settings
from django.db import connection

from shop.payments.answers import (
    Fields,
    GatewayRefused,
    GatewayUnavailable,
    KeyRefused,
    KeySpent,
    Listed,
    NotPermitted,
    NotUnderstood,
    SignatureRefused,
    identifier,
    known,
    moment,
    part,
    read_each,
    required,
    text,
    whole_part,
)
from shop.payments.facts import (
    CardPage,
    Charge,
    Funds,
    Intent,
    Notice,
    Payment,
    StripeDispute,
    StripeRefund,
)

# The version our requests are written for, and held against in the tests. The client's own is
# newer, and there a card page can no longer be told to take cards only by the same parameter.
API_VERSION = "2026-05-27.dahlia"
# Seconds to connect and to answer; Stripe's own default is 80 for the answer.
TIMEOUT = (3, 10)
# Stripe's client refuses old signatures but takes ones from the future.
CLOCK_TOLERANCE = datetime.timedelta(seconds=300)

# The most that Stripe lists at once.
PAGE = 100

# A plain no: the request is wrong, the card is, or there is no such object.
NO = (HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.NOT_FOUND)
# Stripe names the permission that a restricted key lacks.
PERMISSION = re.compile(r"\brak_\w+")

SESSION_STATUSES = ("open", "complete", "expired")
INTENT_STATUSES = (
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "canceled",
    "succeeded",
)

stripe.enable_telemetry = False
Answer = TypeVar("Answer")


@cache
def _client(key: str, base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
        stripe_version=API_VERSION,
        max_network_retries=0,
    )


def ask(do: Callable[[stripe.StripeClient], Answer]) -> Answer:
    """Ask Stripe for something; raises GatewayUnavailable or GatewayRefused."""
    # The transaction a test case wraps around itself does not count; Django's durable blocks agree.
    if any(not block._from_testcase for block in connection.atomic_blocks):  # type: ignore[attr-defined]  # noqa: SLF001
        raise RuntimeError("Stripe must not be called inside a transaction")
    try:
        return do(_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE))
    except stripe.StripeError as error:
        raise _failure_of(error) from error


def _failure_of(error: stripe.StripeError) -> Exception:
    """What an error of Stripe's says of the request; words about a key are our own."""
    if error.http_status == HTTPStatus.UNAUTHORIZED:
        return KeyRefused("Stripe does not take the shop's key (STRIPE_SECRET_KEY)")
    if error.http_status == HTTPStatus.FORBIDDEN:
        lacking = PERMISSION.search(str(error))
        permission = f"it lacks the permission {lacking[0]}" if lacking else "Stripe says no more"
        return NotPermitted(f"the shop's key may not do this at Stripe: {permission}")
    if isinstance(error, stripe.IdempotencyError):
        return KeySpent(str(error))
    if error.http_status in NO:
        return GatewayRefused(str(error))
    if (error.headers or {}).get("Idempotent-Replayed"):
        return KeySpent(str(error))
    return GatewayUnavailable(str(error))


def open_card_page(charge: Charge, *, return_url: str, cancel_url: str) -> CardPage:
    """Open a hosted card page that authorises and does not capture."""
    asked: Any = {
        "mode": "payment",
        "payment_method_types": ["card"],
        "client_reference_id": charge.reference,
        "metadata": {"reference": charge.reference},
        "success_url": return_url,
        "cancel_url": cancel_url,
        "payment_intent_data": {
            "capture_method": "manual",
            "metadata": {"reference": charge.reference},
        },
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": charge.currency.lower(),
                    "unit_amount": charge.amount_minor,
                    "product_data": {"name": charge.description},
                },
            }
        ],
    }
    key = f"session-{charge.reference}"
    session = ask(
        lambda client: client.v1.checkout.sessions.create(asked, {"idempotency_key": key})
    ).to_dict()
    return CardPage(required(session, "id", str), required(session, "url", str))


def read_payment(session_id: str) -> Payment:
    """Read the payment behind a card page, with its charge."""
    session = ask(
        lambda client: client.v1.checkout.sessions.retrieve(
            session_id, {"expand": ["payment_intent.latest_charge"]}
        )
    )
    return _payment(session)


def _payment(page: stripe.checkout.Session) -> Payment:
    session = page.to_dict()
    status = known(session, "status", SESSION_STATUSES)
    intent = whole_part(session, "payment_intent")
    return Payment(
        session_id=required(session, "id", str),
        session_status=status,
        url=required(session, "url", str) if status == "open" else "",
        reference=required(session, "client_reference_id", str),
        livemode=required(session, "livemode", bool),
        intent=None if intent is None else _intent(intent),
    )


def _intent(intent: Fields) -> Intent:
    return Intent(
        intent_id=required(intent, "id", str),
        status=known(intent, "status", INTENT_STATUSES),
        amount=required(intent, "amount", int),
        currency=required(intent, "currency", str).upper(),
        capture_before=_capture_before(part(intent, "latest_charge")),
    )


def _capture_before(charge: Fields) -> datetime.datetime | None:
    """Until when the hold can be turned into money; Stripe says it of a hold by card only."""
    return moment(part(part(charge, "payment_method_details"), "card"), "capture_before")


def close_card_page(session_id: str, *, idempotency_key: str) -> None:
    """Expire the card page, so that nobody can pay there any more."""
    ask(
        lambda client: client.v1.checkout.sessions.expire(
            session_id, {}, {"idempotency_key": idempotency_key}
        )
    )


def capture(intent_id: str, *, idempotency_key: str) -> int:
    """Take the authorised money; how much was taken, in minor units."""
    intent = ask(
        lambda client: client.v1.payment_intents.capture(
            intent_id, {}, {"idempotency_key": idempotency_key}
        )
    ).to_dict()
    known(intent, "status", ("succeeded",))
    return required(intent, "amount_received", int)


def cancel(intent_id: str, *, idempotency_key: str) -> None:
    """Release the authorisation."""
    ask(
        lambda client: client.v1.payment_intents.cancel(
            intent_id, {}, {"idempotency_key": idempotency_key}
        )
    )


def read_funds(intent_id: str) -> Funds:
    """Read what became of the money of a payment."""
    return _funds(
        ask(
            lambda client: client.v1.payment_intents.retrieve(
                intent_id, {"expand": ["latest_charge"]}
            )
        )
    )


def list_funds(since: datetime.datetime) -> Listed[Funds]:
    """The money of every payment of the shop's that was begun since then.

    What others do with the same account carries no reference of ours, and is theirs.
    """
    asked: Any = {
        "created": {"gte": int(since.timestamp())},
        "limit": PAGE,
        "expand": ["data.latest_charge"],
    }
    intents = ask(lambda client: list(client.v1.payment_intents.list(asked).auto_paging_iter()))
    ours = (intent for intent in intents if _reference(intent.to_dict(), "reference"))
    return read_each(ours, _funds)


def _funds(intent: stripe.PaymentIntent) -> Funds:
    body = intent.to_dict()
    charge = whole_part(body, "latest_charge") or {}
    return Funds(
        intent_id=required(body, "id", str),
        status=known(body, "status", INTENT_STATUSES),
        reference=_reference(body, "reference"),
        received=required(body, "amount_received", int),
        refunded=_paid_back(charge) if charge else 0,
        capture_before=_capture_before(charge),
        is_disputed=required(charge, "disputed", bool) if charge else False,
    )


def _paid_back(charge: Fields) -> int:
    """Stripe also counts as refunded what was held and never taken."""
    if not required(charge, "captured", bool):
        return 0
    amount, taken, back = (
        required(charge, name, int) for name in ("amount", "amount_captured", "amount_refunded")
    )
    return back - (amount - taken)


def _reference(body: Fields, name: str) -> str:
    """A reference of ours that travelled to Stripe; what was not made here has none."""
    return text(part(body, "metadata"), name)


def refund(intent_id: str, *, amount: int, reference: str, idempotency_key: str) -> StripeRefund:
    """Pay back so many minor units; ``reference`` comes back with the refund."""
    asked: Any = {
        "payment_intent": intent_id,
        "amount": amount,
        "metadata": {"refund": reference},
    }
    made = ask(lambda client: client.v1.refunds.create(asked, {"idempotency_key": idempotency_key}))
    return _refund(made)


def list_refunds(intent_id: str) -> list[StripeRefund]:
    """Every refund of a payment, the oldest first."""
    asked: Any = {"payment_intent": intent_id, "limit": PAGE}
    refunds = ask(lambda client: list(client.v1.refunds.list(asked).auto_paging_iter()))
    return [_refund(each) for each in reversed(refunds)]


def _refund(refund: stripe.Refund) -> StripeRefund:
    body = refund.to_dict()
    return StripeRefund(
        refund_id=required(body, "id", str),
        amount=required(body, "amount", int),
        status=required(body, "status", str),
        reference=_reference(body, "refund"),
        failure=text(body, "failure_reason"),
    )


def list_disputes(intent_id: str) -> list[StripeDispute]:
    """Every dispute about a payment."""
    asked: Any = {"payment_intent": intent_id, "limit": PAGE}
    disputes = ask(lambda client: list(client.v1.disputes.list(asked).auto_paging_iter()))
    return [_dispute(each) for each in disputes]


def _dispute(dispute: stripe.Dispute) -> StripeDispute:
    body = dispute.to_dict()
    return StripeDispute(
        dispute_id=required(body, "id", str),
        intent_id=identifier(body, "payment_intent"),
        amount=required(body, "amount", int),
        reason=text(body, "reason"),
        status=required(body, "status", str),
        due_by=moment(part(body, "evidence_details"), "due_by"),
    )


def list_events(since: datetime.datetime | None) -> Listed[Notice]:
    """What Stripe has noted since then, or in the thirty days it keeps; the oldest first."""
    asked: Any = {"limit": PAGE}
    if since is not None:
        asked["created"] = {"gte": int(since.timestamp())}
    events = ask(lambda client: list(client.v1.events.list(asked).auto_paging_iter()))
    return read_each((event.to_dict() for event in reversed(events)), _notice)


def _notice(event: Fields) -> Notice:
    about = part(part(event, "data"), "object")
    is_intent = about.get("object") == "payment_intent"
    seconds = required(event, "created", int)
    return Notice(
        event_id=required(event, "id", str),
        type=required(event, "type", str),
        object_id=text(about, "id"),
        livemode=required(event, "livemode", bool),
        reference=_reference(about, "reference"),
        intent_id=text(about, "id") if is_intent else identifier(about, "payment_intent"),
        created=datetime.datetime.fromtimestamp(seconds, datetime.UTC),
    )


def read_notice(body: bytes, signature: str) -> Notice:
    """Check who signed a webhook, and when, then read its envelope; raises SignatureRefused."""
    try:
        text = body.decode()
        _check_signature(text, signature)
        return _notice(json.loads(text))
    except (ValueError, AttributeError, NotUnderstood) as error:
        raise SignatureRefused("not an event") from error


def _check_signature(text: str, signature: str) -> None:
    if not any(_is_signed_with(secret, text, signature) for secret in _webhook_secrets()):
        raise SignatureRefused("no secret of ours signed this")
    stamp = next(part[2:] for part in signature.split(",") if part.startswith("t="))
    signed_at = datetime.datetime.fromtimestamp(int(stamp), datetime.UTC)
    if signed_at > datetime.datetime.now(datetime.UTC) + CLOCK_TOLERANCE:
        raise SignatureRefused("signed in the future")


def _webhook_secrets() -> list[str]:
    return [secret for secret in settings.STRIPE_WEBHOOK_SECRETS if secret]


def _is_signed_with(secret: str, text: str, signature: str) -> bool:
    tolerance = int(CLOCK_TOLERANCE.total_seconds())
    try:
        return stripe.WebhookSignature.verify_header(text, signature, secret, tolerance)
    except stripe.SignatureVerificationError:
        return False
