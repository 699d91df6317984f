"""Brings an attempt to pay to its end: looks at Stripe, then places the order or lets the money go.

The webhook, the return page and the command that tidies up all come here, in any order and at once.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.fulfilment import orders
from shop.fulfilment.refusals import Reason, Refused
from shop.order import emails
from shop.payments import attempts, gateway
from shop.payments.gateway import GatewayRefused, GatewayUnavailable, Payment
from shop.payments.models import PaymentAttempt, StripeOperation
from shop.payments.statuses import Kind, Status

logger = logging.getLogger(__name__)


def settle(attempt: PaymentAttempt) -> PaymentAttempt:
    """Bring the attempt as far as Stripe lets it go now; raises GatewayUnavailable.

    Safe to call at any time, by several at once.
    """
    if attempt.status == Status.SESSION_OPEN:
        _look(attempt)
        attempt.refresh_from_db()
    for operation in attempt.operations.filter(done_at__isnull=True):
        run(operation)
    attempt.refresh_from_db()
    return attempt


def _look(attempt: PaymentAttempt) -> None:
    try:
        _act_on(attempt, gateway.read_payment(attempt.session_id or ""))
    except GatewayRefused:
        # Stripe does not know the card page it gave us: a person has to find out why.
        logger.exception("Stripe does not know the card page of attempt %s", attempt)
        attempts.move(attempt, Status.NEEDS_REVIEW)


def _act_on(attempt: PaymentAttempt, payment: Payment) -> None:
    try:
        if payment.session_status == "expired":
            attempts.move(attempt, Status.EXPIRED)
        elif payment.intent_status == "requires_capture":
            _place_or_let_go(attempt, payment)
        elif payment.intent_status == "canceled":
            attempts.move(attempt, Status.VOIDED)
    except attempts.TransitionRefused:
        logger.info("attempt %s was settled by somebody else", attempt)


def _place_or_let_go(attempt: PaymentAttempt, payment: Payment) -> None:
    try:
        _place(attempt, payment)
    except Refused as refusal:
        _let_go(attempt, payment, refusal)


def _place(attempt: PaymentAttempt, payment: Payment) -> None:
    with transaction.atomic():
        held = attempts.lock(attempt)
        if held.status != Status.SESSION_OPEN:
            raise attempts.TransitionRefused(f"{held} is {held.status}")
        _check_payment(held, payment)
        order = orders.place(held, intent_id=payment.intent_id)
        attempts.move(
            held,
            Status.PLACED,
            order=order,
            payment_intent_id=payment.intent_id,
            capture_before=payment.capture_before,
        )
        attempts.queue(held, Kind.CAPTURE)
        emails.tell_order_placed(order)


def _check_payment(attempt: PaymentAttempt, payment: Payment) -> None:
    expected = (
        str(attempt.reference),
        attempt.amount_minor,
        attempt.currency,
        settings.STRIPE_SECRET_KEY.startswith("sk_live_"),
    )
    if (payment.reference, payment.amount, payment.currency, payment.livemode) != expected:
        raise Refused(Reason.AMOUNT)


def _let_go(attempt: PaymentAttempt, payment: Payment, refusal: Refused) -> None:
    with transaction.atomic():
        held = attempts.lock(attempt)
        attempts.move(
            held,
            Status.VOID_PENDING,
            payment_intent_id=payment.intent_id,
            failure=refusal.reason.value,
            failure_detail=refusal.message[:300],
        )
        attempts.queue(held, Kind.CANCEL)


def run(operation: StripeOperation) -> None:
    """Do at Stripe what was written down; raises GatewayUnavailable, and it stays to be done."""
    try:
        _DO[Kind(operation.kind)](operation)
    except GatewayRefused as error:
        _note_refusal(operation, error)
        return
    _finish(operation)


def _capture(operation: StripeOperation) -> None:
    gateway.capture(
        operation.attempt.payment_intent_id or "", idempotency_key=str(operation.idempotency_key)
    )


def _cancel(operation: StripeOperation) -> None:
    gateway.cancel(
        operation.attempt.payment_intent_id or "", idempotency_key=str(operation.idempotency_key)
    )


def _close(operation: StripeOperation) -> None:
    gateway.close_card_page(
        operation.attempt.session_id or "", idempotency_key=str(operation.idempotency_key)
    )


_DO = {Kind.CAPTURE: _capture, Kind.CANCEL: _cancel, Kind.EXPIRE: _close}
_DONE = {Kind.CAPTURE: Status.CAPTURED, Kind.CANCEL: Status.VOIDED, Kind.EXPIRE: Status.EXPIRED}


def _finish(operation: StripeOperation) -> None:
    with transaction.atomic():
        attempt = attempts.lock(operation.attempt)
        done = StripeOperation.objects.filter(pk=operation.pk, done_at__isnull=True).update(
            done_at=timezone.now(), error=""
        )
        if not done:
            return
        if operation.kind == Kind.CAPTURE:
            orders.write_capture(attempt)
        attempts.move(attempt, _DONE[Kind(operation.kind)])


def _note_refusal(operation: StripeOperation, error: GatewayRefused) -> None:
    """Stripe will not do it: the payment may have gone another way, so a person has to look."""
    logger.error("%s was refused: %s", operation, error)
    with transaction.atomic():
        StripeOperation.objects.filter(pk=operation.pk, done_at__isnull=True).update(
            done_at=timezone.now(), error=str(error)[:300]
        )
        attempt = attempts.lock(operation.attempt)
        if operation.kind != Kind.EXPIRE and attempt.status != Status.NEEDS_REVIEW:
            attempts.move(attempt, Status.NEEDS_REVIEW)


def settle_quietly(attempt: PaymentAttempt) -> bool:
    """Settle, and say whether Stripe could be reached."""
    try:
        settle(attempt)
    except GatewayUnavailable:
        logger.warning("Stripe could not be reached for attempt %s", attempt)
        return False
    return True
