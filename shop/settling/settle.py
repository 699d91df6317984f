"""Brings an attempt to pay to its end: looks at Stripe, then places the order or lets the money go.

The webhook, the return page and the command that tidies up all come here, in any order and at once.
"""

from __future__ import annotations

import logging

from django.db import transaction

from shop.audit import states
from shop.order import emails
from shop.payments import attempts, gateway, keys
from shop.payments.answers import GatewayRefused
from shop.payments.facts import Intent, Payment
from shop.payments.life_cycles import Kind, Review, Status
from shop.payments.models import PaymentAttempt, StripeOperation
from shop.placing import orders, telling
from shop.placing.refusals import Reason, Refused
from shop.settling import operations
from shop.settling.carrying_on import carry_on

logger = logging.getLogger(__name__)

# Held on the card; or taken already, by a person at Stripe's own dashboard.
AUTHORISED = ("requires_capture", "succeeded")


def settle(attempt: PaymentAttempt) -> PaymentAttempt:
    """Bring the attempt as far as Stripe lets it go now; raises GatewayUnavailable.

    Safe to call at any time, by several at once.
    """
    if attempt.status == Status.SESSION_OPEN:
        _look(attempt)
        attempt.refresh_from_db()
    # What one of them leaves behind, as the refund of money taken too late, is done as well.
    while operation := _next_of(attempt):
        operations.run(operation)
    attempt.refresh_from_db()
    return attempt


def _next_of(attempt: PaymentAttempt) -> StripeOperation | None:
    return attempt.operations.filter(done_at__isnull=True).first()


def _look(attempt: PaymentAttempt) -> None:
    try:
        payment = gateway.read_payment(attempt.session_id or "")
    except GatewayRefused:
        # Stripe does not know the card page it gave us: a person has to find out why.
        logger.exception("Stripe does not know the card page of attempt %s", attempt)
        payment = None
    try:
        _act_on(attempt, payment)
    except attempts.TransitionRefused:
        logger.info("attempt %s was settled by somebody else", attempt)


def _act_on(attempt: PaymentAttempt, payment: Payment | None) -> None:
    if payment is None:
        attempts.flag(attempt, Review.UNKNOWN_SESSION)
    elif payment.session_status == "expired":
        attempts.move(attempt, Status.EXPIRED)
    elif payment.intent is not None and payment.intent.status in AUTHORISED:
        _place_or_let_go(attempt, payment, payment.intent)
    elif payment.intent is not None and payment.intent.status == "canceled":
        attempts.move(attempt, Status.VOIDED)


def _place_or_let_go(attempt: PaymentAttempt, payment: Payment, intent: Intent) -> None:
    try:
        _place(attempt, payment, intent)
    except Refused as refusal:
        _let_go(attempt, intent, refusal)
        telling.tell(refusal)


def _place(attempt: PaymentAttempt, payment: Payment, intent: Intent) -> None:
    with transaction.atomic():
        held = attempts.lock(attempt)
        if held.status != Status.SESSION_OPEN:
            raise attempts.TransitionRefused(f"{held} is {held.status}")
        if not states.is_known(held):
            raise Refused(Reason.UNKNOWN_PAYMENT)
        _check_payment(held, payment, intent)
        order = orders.place(held, intent_id=intent.intent_id)
        attempts.move(
            held,
            Status.PLACED,
            order=order,
            payment_intent_id=intent.intent_id,
            capture_before=intent.capture_before,
        )
        attempts.queue(held, Kind.CAPTURE)
        emails.tell_order_placed(order)


def _check_payment(attempt: PaymentAttempt, payment: Payment, intent: Intent) -> None:
    expected = (
        str(attempt.reference),
        attempt.amount_minor,
        attempt.currency,
        keys.is_live(),
    )
    if (payment.reference, intent.amount, intent.currency, payment.livemode) != expected:
        raise Refused(Reason.AMOUNT)


def _let_go(attempt: PaymentAttempt, intent: Intent, refusal: Refused) -> None:
    with transaction.atomic():
        held = attempts.lock(attempt)
        attempts.move(
            held,
            Status.VOID_PENDING,
            payment_intent_id=intent.intent_id,
            failure=refusal.reason.value,
            failure_detail=refusal.message[:300],
        )
        attempts.queue(held, Kind.CANCEL)


def settle_quietly(attempt: PaymentAttempt) -> bool:
    """Settle, and say whether that could be done; what goes wrong is written down and stops no other."""
    return not carry_on(attempt, lambda: settle(attempt))
