"""Disputes: what Stripe says of them, and how much money they take away."""

from __future__ import annotations

import datetime

from django.db.models import F
from django.utils import timezone

from shop.payments import attempts
from shop.payments.facts import StripeDispute
from shop.payments.models import Dispute, PaymentAttempt


def record(attempt: PaymentAttempt, seen: StripeDispute, *, read_at: datetime.datetime) -> bool:
    """Take over what Stripe said when the reading began; whether that was news.

    The caller holds the attempt. What was asked for earlier than the last reading changes nothing.
    """
    dispute, is_new = Dispute.objects.get_or_create(
        stripe_id=seen.dispute_id,
        defaults={
            "attempt": attempt,
            "amount_minor": seen.amount,
            "reason": seen.reason,
            "status": seen.status,
            "due_by": seen.due_by,
            "read_at": read_at,
        },
    )
    taken_before = 0 if is_new else dispute.taken_minor
    facts_before = (dispute.status, dispute.due_by, dispute.amount_minor)
    if not is_new:
        Dispute.objects.filter(pk=dispute.pk, read_at__lt=read_at).update(
            amount_minor=seen.amount,
            reason=seen.reason,
            status=seen.status,
            due_by=seen.due_by,
            read_at=read_at,
        )
        dispute.refresh_from_db()
    change = dispute.taken_minor - taken_before
    with attempts.recorded(attempt, "dispute", dispute=seen.dispute_id):
        PaymentAttempt.objects.filter(pk=attempt.pk).update(
            disputed_minor=F("disputed_minor") + change, changed_at=timezone.now()
        )
    attempt.refresh_from_db()
    return is_new or facts_before != (dispute.status, dispute.due_by, dispute.amount_minor)
