"""Compares our books with Stripe's, to the smallest unit; reads only."""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from oscar.apps.payment.models import Source

from shop.payments import gateway
from shop.payments.answers import GatewayRefused, GatewayUnavailable, NotUnderstood
from shop.payments.facts import Funds
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt
from shop.payments.money import to_minor

logger = logging.getLogger(__name__)

# An authorisation that ends sooner than this, and is not captured, is worth a warning.
SOON = datetime.timedelta(hours=24)


@dataclass(frozen=True)
class Finding:
    """Something that does not agree, in words for staff; the attempt when one is known."""

    words: str
    attempt: PaymentAttempt | None = None


def compare(since: datetime.datetime) -> list[Finding]:
    """What differs for payments that were begun or have changed since then.

    Raises GatewayUnavailable. Something may change while it is compared, so what differs is worth a
    second look.
    """
    listed = gateway.list_funds(since)
    at_stripe = {funds.intent_id: funds for funds in listed.read}
    recent = Q(changed_at__gte=since) | Q(payment_intent_id__in=at_stripe)
    known = PaymentAttempt.objects.filter(recent, payment_intent_id__isnull=False)
    found = [Finding(str(error)) for error in listed.not_understood]
    for attempt in known.select_related("order").order_by("pk"):
        found += _compared(attempt, at_stripe.pop(attempt.payment_intent_id or "", None))
    for funds in at_stripe.values():
        found += _without_order(funds)
    return found


def compare_one(attempt: PaymentAttempt) -> list[Finding]:
    """What differs for one payment, read afresh from both sides; raises GatewayUnavailable."""
    return _compared(PaymentAttempt.objects.select_related("order").get(pk=attempt.pk), None)


def _compared(attempt: PaymentAttempt, funds: Funds | None) -> list[Finding]:
    """What differs; what cannot be compared is found too, and keeps no other from being compared."""
    try:
        return _compare(attempt, funds)
    except NotUnderstood as error:
        return [Finding(_about(attempt, str(error)), attempt)]
    except GatewayUnavailable:
        raise
    except Exception as error:
        logger.exception("attempt %s could not be compared", attempt)
        words = f"could not be compared ({type(error).__name__}, see the log)"
        return [Finding(_about(attempt, words), attempt)]


def _compare(attempt: PaymentAttempt, funds: Funds | None) -> list[Finding]:
    try:
        funds = funds or gateway.read_funds(attempt.payment_intent_id or "")
    except GatewayRefused:
        return [Finding(_about(attempt, "Stripe does not know this payment"), attempt)]
    differences = [*_amounts(attempt, funds), *_ledger(attempt), *_holds(attempt, funds)]
    return [Finding(_about(attempt, words), attempt) for words in differences]


def _about(attempt: PaymentAttempt, words: str) -> str:
    name = f"order {attempt.order.number}" if attempt.order else f"attempt {attempt.reference}"
    return f"{name} ({attempt.payment_intent_id}): {words}"


def _amounts(attempt: PaymentAttempt, funds: Funds) -> Iterator[str]:
    if attempt.captured_minor != funds.received:
        yield f"charged here {attempt.captured_minor}, at Stripe {funds.received}"
    if attempt.refunded_minor != funds.refunded:
        yield f"paid back here {attempt.refunded_minor}, at Stripe {funds.refunded}"
    if funds.is_disputed and not attempt.disputes.exists():
        yield "disputed at Stripe, not here"


def _ledger(attempt: PaymentAttempt) -> Iterator[str]:
    if attempt.order is None:
        return
    source = Source.objects.get(order=attempt.order, reference=attempt.payment_intent_id or "")
    charged = to_minor(source.amount_debited, attempt.currency)
    back = to_minor(source.amount_refunded, attempt.currency)
    if (charged, back) != (attempt.captured_minor, attempt.refunded_minor):
        yield f"the order's ledger says charged {charged}, paid back {back}"


def _holds(attempt: PaymentAttempt, funds: Funds) -> Iterator[str]:
    if funds.status != "requires_capture":
        return
    if attempt.order is None and attempt.status != Status.VOID_PENDING:
        yield "authorised, and there is no order"
    if funds.capture_before and funds.capture_before < timezone.now() + SOON:
        yield f"authorised only until {funds.capture_before:%Y-%m-%d %H:%M} UTC, and not charged"


def _without_order(funds: Funds) -> list[Finding]:
    """Money that no attempt of ours has taken up; what others do with the same account is theirs."""
    if funds.status not in ("requires_capture", "succeeded") or not funds.reference:
        return []
    words = f"{funds.intent_id}: {funds.status} at Stripe, and there is no order"
    return [Finding(words, attempt_called(funds.reference))]


def attempt_called(reference: str) -> PaymentAttempt | None:
    """The attempt that Stripe's metadata names."""
    try:
        return PaymentAttempt.objects.filter(reference=uuid.UUID(reference)).first()
    except ValueError:
        return None
