"""What an event of Stripe's asks for, whether it was sent to us or found in Stripe's list."""

from __future__ import annotations

import uuid

from django.utils import timezone

from shop.payments.facts import Notice
from shop.payments.models import PaymentAttempt, StripeEvent
from shop.settling import imports
from shop.settling.carrying_on import carry_on
from shop.settling.following import follow_payment
from shop.settling.settle import settle

REFUNDS = ("charge.refund", "refund.")
DISPUTES = ("charge.dispute.",)


def take(notice: Notice) -> bool:
    """Remember an event, and act on it once; False when it could not be acted on now."""
    event, _ = StripeEvent.objects.get_or_create(
        id=notice.event_id,
        defaults={
            "type": notice.type,
            "object_id": notice.object_id,
            "livemode": notice.livemode,
        },
    )
    if event.processed_at is not None:
        return True
    problem = _act_on(notice)
    if problem:
        StripeEvent.objects.filter(pk=event.pk).update(error=problem[:300])
        return False
    StripeEvent.objects.filter(pk=event.pk, processed_at__isnull=True).update(
        processed_at=timezone.now(), error=""
    )
    return True


def is_new(notice: Notice) -> bool:
    """Whether the event was not acted on yet."""
    return not StripeEvent.objects.filter(pk=notice.event_id, processed_at__isnull=False).exists()


def _act_on(notice: Notice) -> str:
    """What went wrong, in words. An event about nothing of ours asks for nothing."""
    attempt = _attempt_of(notice)
    return carry_on(attempt, lambda: _bring_in(notice, attempt)) if attempt else ""


def _bring_in(notice: Notice, attempt: PaymentAttempt) -> None:
    settle(attempt)
    if notice.type.startswith(REFUNDS):
        imports.bring_in_refunds(attempt)
    elif notice.type.startswith(DISPUTES):
        imports.bring_in_disputes(attempt)
    follow_payment(attempt)


def _attempt_of(notice: Notice) -> PaymentAttempt | None:
    try:
        reference = uuid.UUID(notice.reference)
    except ValueError:
        found = PaymentAttempt.objects.filter(payment_intent_id=notice.intent_id)
        return found.first() if notice.intent_id else None
    return PaymentAttempt.objects.filter(reference=reference).first()
