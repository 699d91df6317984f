"""The only module that talks to Stripe."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar

import stripe  # noqa: TID251
from django.conf import settings
from django.db import connection

from shop.payments.facts import (
    CardPage,
    Charge,
    Funds,
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

# A plain no: the request is wrong, the card is, or there is no such object. Whatever else goes wrong
# (a key that was changed, a fault of Stripe's own) says nothing about this payment.
NO = (HTTPStatus.BAD_REQUEST, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.NOT_FOUND)

stripe.enable_telemetry = False
Answer = TypeVar("Answer")


class GatewayUnavailable(Exception):
    """Stripe could not be reached, or asked us to come back later; nothing is known to have happened."""


class AnswerKept(GatewayUnavailable):
    """Stripe gives an earlier fault of its own again and again, as long as the key is the same."""


class GatewayRefused(Exception):
    """Stripe understood and said no."""


class SignatureRefused(Exception):
    """A webhook that Stripe did not sign, or not now."""


@cache
def _client(key: str, base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
        stripe_version=API_VERSION,
        max_network_retries=0,
    )


def _call(do: Callable[[stripe.StripeClient], Answer]) -> Answer:
    # The transaction a test case wraps around itself does not count; Django's durable blocks agree.
    if any(not block._from_testcase for block in connection.atomic_blocks):  # type: ignore[attr-defined]  # noqa: SLF001
        raise RuntimeError("Stripe must not be called inside a transaction")
    try:
        return do(_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE))
    except stripe.StripeError as error:
        if error.http_status in NO:
            raise GatewayRefused(str(error)) from error
        if (error.headers or {}).get("Idempotent-Replayed"):
            raise AnswerKept(str(error)) from error
        raise GatewayUnavailable(str(error)) from error


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
    session = _call(
        lambda client: client.v1.checkout.sessions.create(asked, {"idempotency_key": key})
    )
    if session.url is None:
        raise GatewayRefused("the card page has no address")
    return CardPage(session_id=session.id, url=session.url)


def read_payment(session_id: str) -> Payment:
    """Read the payment behind a card page, with its charge."""
    session = _call(
        lambda client: client.v1.checkout.sessions.retrieve(
            session_id, {"expand": ["payment_intent.latest_charge"]}
        )
    )
    intent = session.payment_intent
    known = intent if isinstance(intent, stripe.PaymentIntent) else None
    return Payment(
        session_id=session.id,
        session_status=session.status or "",
        url=session.url or "",
        reference=session.client_reference_id or "",
        livemode=session.livemode,
        intent_id=known.id if known else "",
        intent_status=known.status if known else "",
        amount=known.amount if known else 0,
        currency=known.currency.upper() if known else "",
        capture_before=_capture_before(known),
    )


def _capture_before(intent: stripe.PaymentIntent | None) -> datetime.datetime | None:
    charge = intent.latest_charge if intent else None
    if not isinstance(charge, stripe.Charge) or charge.payment_method_details is None:
        return None
    card = charge.payment_method_details.card
    seconds = card.capture_before if card else None
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC) if seconds else None


def close_card_page(session_id: str, *, idempotency_key: str) -> None:
    """Expire the card page, so that nobody can pay there any more."""
    _call(
        lambda client: client.v1.checkout.sessions.expire(
            session_id, {}, {"idempotency_key": idempotency_key}
        )
    )


def capture(intent_id: str, *, idempotency_key: str) -> int:
    """Take the authorised money; how much was taken, in minor units."""
    intent = _call(
        lambda client: client.v1.payment_intents.capture(
            intent_id, {}, {"idempotency_key": idempotency_key}
        )
    )
    return intent.amount_received


def cancel(intent_id: str, *, idempotency_key: str) -> None:
    """Release the authorisation."""
    _call(
        lambda client: client.v1.payment_intents.cancel(
            intent_id, {}, {"idempotency_key": idempotency_key}
        )
    )


def read_funds(intent_id: str) -> Funds:
    """Read what became of the money of a payment."""
    return _funds(
        _call(
            lambda client: client.v1.payment_intents.retrieve(
                intent_id, {"expand": ["latest_charge"]}
            )
        )
    )


def list_funds(since: datetime.datetime) -> list[Funds]:
    """The money of every payment that was begun since then."""
    asked: Any = {
        "created": {"gte": int(since.timestamp())},
        "limit": PAGE,
        "expand": ["data.latest_charge"],
    }
    intents = _call(lambda client: list(client.v1.payment_intents.list(asked).auto_paging_iter()))
    return [_funds(intent) for intent in intents]


def _funds(intent: stripe.PaymentIntent) -> Funds:
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    return Funds(
        intent_id=intent.id,
        status=intent.status,
        reference=_metadata(intent, "reference"),
        received=intent.amount_received,
        refunded=_paid_back(charge) if charge and charge.captured else 0,
        capture_before=_capture_before(intent),
        is_disputed=bool(charge and charge.disputed),
    )


def _paid_back(charge: stripe.Charge) -> int:
    """Stripe also counts as refunded what was held and never taken."""
    return charge.amount_refunded - (charge.amount - charge.amount_captured)


def _metadata(about: stripe.PaymentIntent | stripe.Refund, name: str) -> str:
    return str(about.metadata.to_dict().get(name, "")) if about.metadata else ""


def refund(intent_id: str, *, amount: int, reference: str, idempotency_key: str) -> StripeRefund:
    """Pay back so many minor units; ``reference`` comes back with the refund."""
    asked: Any = {
        "payment_intent": intent_id,
        "amount": amount,
        "metadata": {"refund": reference},
    }
    made = _call(
        lambda client: client.v1.refunds.create(asked, {"idempotency_key": idempotency_key})
    )
    return _refund(made)


def list_refunds(intent_id: str) -> list[StripeRefund]:
    """Every refund of a payment, the oldest first."""
    asked: Any = {"payment_intent": intent_id, "limit": PAGE}
    refunds = _call(lambda client: list(client.v1.refunds.list(asked).auto_paging_iter()))
    return [_refund(each) for each in reversed(refunds)]


def _refund(refund: stripe.Refund) -> StripeRefund:
    return StripeRefund(
        refund_id=refund.id,
        amount=refund.amount,
        status=refund.status or "pending",
        reference=_metadata(refund, "refund"),
        failure=refund.to_dict().get("failure_reason") or "",
    )


def list_disputes(intent_id: str) -> list[StripeDispute]:
    """Every dispute about a payment."""
    asked: Any = {"payment_intent": intent_id, "limit": PAGE}
    disputes = _call(lambda client: list(client.v1.disputes.list(asked).auto_paging_iter()))
    return [_dispute(each) for each in disputes]


def _dispute(dispute: stripe.Dispute) -> StripeDispute:
    due_by = dispute.evidence_details.due_by
    return StripeDispute(
        dispute_id=dispute.id,
        intent_id=_identifier(dispute.payment_intent),
        amount=dispute.amount,
        reason=dispute.reason,
        status=dispute.status,
        due_by=datetime.datetime.fromtimestamp(due_by, datetime.UTC) if due_by else None,
    )


def list_events(since: datetime.datetime | None) -> list[Notice]:
    """What Stripe has noted since then, or in the thirty days it keeps; the oldest first."""
    asked: Any = {"limit": PAGE}
    if since is not None:
        asked["created"] = {"gte": int(since.timestamp())}
    events = _call(lambda client: list(client.v1.events.list(asked).auto_paging_iter()))
    return [_notice(event.to_dict()) for event in reversed(events)]


def _notice(event: Any) -> Notice:
    about = event["data"]["object"]
    is_intent = about.get("object") == "payment_intent"
    return Notice(
        event_id=event["id"],
        type=event["type"],
        object_id=about.get("id", ""),
        livemode=event["livemode"],
        reference=(about.get("metadata") or {}).get("reference", ""),
        intent_id=about["id"] if is_intent else _identifier(about.get("payment_intent")),
        created=datetime.datetime.fromtimestamp(event["created"], datetime.UTC),
    )


def _identifier(reference: Any) -> str:
    """The id, whether Stripe gave the id or the whole object."""
    return reference if isinstance(reference, str) else (reference or {}).get("id", "")


def read_notice(body: bytes, signature: str) -> Notice:
    """Check who signed a webhook, and when, then read its envelope; raises SignatureRefused."""
    try:
        text = body.decode()
        _check_signature(text, signature)
        return _notice(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
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
