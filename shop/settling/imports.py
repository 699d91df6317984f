"""Brings in what was done at Stripe itself: refunds and disputes, once each, in any order."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shop.order import notes
from shop.payments import attempts, disputes, gateway, refunds
from shop.payments.models import PaymentAttempt


def bring_in_refunds(attempt: PaymentAttempt) -> None:
    """Take over every refund Stripe knows of; raises GatewayUnavailable.

    Stripe also calls the release of a hold a refund. So nothing is taken over for money that was
    not taken, and where less was taken than was held only what was asked for here.
    """
    if not attempt.payment_intent_id:
        return
    seen = gateway.list_refunds(attempt.payment_intent_id)
    with transaction.atomic():
        held = attempts.lock(attempt)
        for each in seen:
            if held.captured_minor == held.amount_minor or (held.captured_minor and each.reference):
                refunds.record(held, each)


def bring_in_disputes(attempt: PaymentAttempt) -> None:
    """Take over every dispute about the payment; raises GatewayUnavailable."""
    if not attempt.payment_intent_id:
        return
    read_at = timezone.now()
    seen = gateway.list_disputes(attempt.payment_intent_id)
    with transaction.atomic():
        held = attempts.lock(attempt)
        for each in seen:
            is_news = disputes.record(held, each, read_at=read_at)
            if is_news and held.order is not None:
                notes.write_dispute(held.order, each)
        refunds.give_rest_back(held)
