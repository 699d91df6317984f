"""Does at Stripe what was written down, and writes down what came of it.

What Stripe's books say decides. An answer that got lost, a refusal, a key that Stripe has forgotten:
in each of these cases the books are read before anything is tried again.
"""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from shop.order.processing import EventHandler
from shop.payments import attempts, books, gateway, refunds
from shop.payments.answers import GatewayRefused, GatewayUnavailable, KeySpent, NotUnderstood
from shop.payments.facts import Funds
from shop.payments.life_cycles import Kind, RefundReason, RefundStatus, Review, Status
from shop.payments.models import PaymentAttempt, StripeOperation
from shop.settling import imports

logger = logging.getLogger(__name__)

# Writes down, for an attempt that is held, what came of an operation.
Write = Callable[[PaymentAttempt], None]

# Stripe may forget a key after this, and then does again what it has done already:
# https://docs.stripe.com/api/idempotent_requests
KEY_LASTS = datetime.timedelta(hours=24)


def run(operation: StripeOperation) -> None:
    """Do at Stripe what was written down; raises GatewayUnavailable, and it stays to be done."""
    if operation.keyed_at < timezone.now() - KEY_LASTS:
        if _is_settled_by_books(operation):
            return
        _take_new_key(operation)
    try:
        _DO[Kind(operation.kind)](operation)
    except GatewayRefused as refusal:
        if not _is_settled_by_books(operation):
            _note_refusal(operation, refusal)
    except (KeySpent, NotUnderstood) as error:
        _look_up(operation, error)
    except GatewayUnavailable as error:
        _note_error(operation, error)
        raise


def _look_up(operation: StripeOperation, error: KeySpent | NotUnderstood) -> None:
    """It may have been done, and no better answer comes under this key: what was done the books say."""
    if _is_settled_by_books(operation):
        return
    if isinstance(error, KeySpent):
        _take_new_key(operation)
    else:
        _note_error(operation, error)
    raise error


def _take_new_key(operation: StripeOperation) -> None:
    """Stripe's books show that nothing was done under the old key; of two who see it, one renews it."""
    StripeOperation.objects.filter(
        pk=operation.pk, idempotency_key=operation.idempotency_key, done_at__isnull=True
    ).update(idempotency_key=uuid.uuid4(), keyed_at=timezone.now())
    operation.refresh_from_db()


def _note_error(operation: StripeOperation, error: GatewayUnavailable) -> None:
    StripeOperation.objects.filter(pk=operation.pk, done_at__isnull=True).update(
        error=str(error)[:300]
    )


def _capture(operation: StripeOperation) -> None:
    received = gateway.capture(_intent_of(operation), idempotency_key=_key(operation))
    _finish(operation, lambda held: _take_in(held, received))


def _cancel(operation: StripeOperation) -> None:
    gateway.cancel(_intent_of(operation), idempotency_key=_key(operation))
    _finish(operation, _note_release)


def _close(operation: StripeOperation) -> None:
    gateway.close_card_page(operation.attempt.session_id or "", idempotency_key=_key(operation))
    _finish(operation, _expire)


def _refund(operation: StripeOperation) -> None:
    refund = operation.refund
    if refund is None:
        raise ValueError(f"{operation} has no refund")
    made = gateway.refund(
        _intent_of(operation),
        amount=refund.amount_minor,
        reference=str(refund.reference),
        idempotency_key=_key(operation),
    )
    _finish(operation, lambda held: refunds.record(held, made))


_DO = {
    Kind.CAPTURE: _capture,
    Kind.CANCEL: _cancel,
    Kind.EXPIRE: _close,
    Kind.REFUND: _refund,
}


def _intent_of(operation: StripeOperation) -> str:
    return operation.attempt.payment_intent_id or ""


def _key(operation: StripeOperation) -> str:
    return str(operation.idempotency_key)


def _finish(operation: StripeOperation, write: Write) -> None:
    """Close the operation and write what came of it, once; not for one that was dropped meanwhile."""
    with transaction.atomic():
        held = attempts.lock(operation.attempt)
        done = StripeOperation.objects.filter(pk=operation.pk, done_at__isnull=True).update(
            done_at=timezone.now(), error=""
        )
        if done:
            write(held)


def _take_in(held: PaymentAttempt, received: int) -> None:
    """Write down money that Stripe has taken; the caller holds the attempt.

    Money of an order that was cancelled meanwhile, or never came to be, goes back at once.
    """
    if held.captured_minor:
        return
    with attempts.recorded(held, "take_in"):
        PaymentAttempt.objects.filter(pk=held.pk).update(captured_minor=received)
    held.refresh_from_db()
    books.write_capture(held)
    if held.status == Status.VOID_PENDING:
        reason = RefundReason.CANCELLED if held.order else RefundReason.NO_ORDER
        refunds.give_all_back(held, reason=reason, by=None)
    elif received != held.amount_minor:
        attempts.flag(held, Review.OTHER_AMOUNT)
    else:
        attempts.move(held, Status.CAPTURED)


def _is_settled_by_books(operation: StripeOperation) -> bool:
    """Whether Stripe's books show how it ended; then that is written down."""
    try:
        return _BOOKS[Kind(operation.kind)](operation)
    except GatewayRefused:
        logger.exception("Stripe does not know what %s is about", operation)
        return False


def _money_in_books(operation: StripeOperation) -> bool:
    write = _what_became_of(gateway.read_funds(_intent_of(operation)))
    if write is None:
        return False
    _finish(operation, write)
    return True


def _what_became_of(funds: Funds) -> Write | None:
    if funds.status == "succeeded":
        return lambda held: _take_in(held, funds.received)
    return _note_release if funds.status == "canceled" else None


def look_again(attempt: PaymentAttempt) -> None:
    """See whether Stripe's books now say what became of the money of an attempt a person looks at."""
    write = _what_became_of(gateway.read_funds(attempt.payment_intent_id or ""))
    with transaction.atomic():
        held = attempts.lock(attempt)
        if write is not None and held.status == Status.NEEDS_REVIEW:
            write(held)


def _note_release(held: PaymentAttempt) -> None:
    """Nothing is held on the card any more: an order that was to be paid from it ends here."""
    if held.order is None or held.status == Status.VOID_PENDING:
        attempts.move(held, Status.VOIDED)
        return
    # The move writes to the audit log, which is locked last of all.
    EventHandler().cancel_unpaid(held.order)
    attempts.move(held, Status.CAPTURE_FAILED)


def _expire(held: PaymentAttempt) -> None:
    if held.status == Status.SESSION_OPEN:
        attempts.move(held, Status.EXPIRED)


def _page_in_books(operation: StripeOperation) -> bool:
    payment = gateway.read_payment(operation.attempt.session_id or "")
    if payment.session_status == "open":
        return False
    # A page that was paid meanwhile is for ``settle`` to look at.
    is_expired = payment.session_status == "expired"
    _finish(operation, _expire if is_expired else _nothing)
    return True


def _refund_in_books(operation: StripeOperation) -> bool:
    imports.bring_in_refunds(operation.attempt)
    operation.refresh_from_db()
    refund = operation.refund
    if refund is None or refund.status == RefundStatus.REQUESTED:
        return False
    _finish(operation, _nothing)
    return True


def _nothing(_held: PaymentAttempt) -> None:
    """It has been written down already."""


_BOOKS = {
    Kind.CAPTURE: _money_in_books,
    Kind.CANCEL: _money_in_books,
    Kind.EXPIRE: _page_in_books,
    Kind.REFUND: _refund_in_books,
}
_REVIEW = {Kind.CAPTURE: Review.CAPTURE_REFUSED, Kind.CANCEL: Review.RELEASE_REFUSED}


def _note_refusal(operation: StripeOperation, refusal: GatewayRefused) -> None:
    """Stripe will not do it, and its books do not say why: a person has to look."""
    logger.error("%s was refused: %s", operation, refusal)
    with transaction.atomic():
        held = attempts.lock(operation.attempt)
        done = StripeOperation.objects.filter(pk=operation.pk, done_at__isnull=True).update(
            done_at=timezone.now(), error=str(refusal)[:300]
        )
        if not done:
            return
        if operation.refund is not None:
            refunds.fail(held, operation.refund, failure=str(refusal))
        elif operation.kind in _REVIEW:
            attempts.flag(held, _REVIEW[Kind(operation.kind)])
