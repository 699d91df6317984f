"""The ledger staff see: Oscar's sources, transactions and payment events of an order.

Every writer holds the attempt, so Oscar's read-and-write of the sums is alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from oscar.apps.order.models import Order, PaymentEventType
from oscar.apps.payment.models import Source, SourceType

from shop.payments.models import PaymentAttempt, Refund
from shop.payments.money import from_minor

Quantities = Iterable[tuple[Any, int]]


def write_authorisation(order: Order, *, currency: str, reference: str) -> None:
    """Note that all of the order's money is held on the card."""
    source_type, _ = SourceType.objects.get_or_create(code="stripe", defaults={"name": "Stripe"})
    source = Source.objects.create(
        order=order, source_type=source_type, currency=currency, reference=reference
    )
    source.allocate(order.total_incl_tax, reference=reference, status="requires_capture")
    _write_event(order, "Authorised", order.total_incl_tax, reference, _all_of(order))


def write_capture(attempt: PaymentAttempt) -> None:
    """Note the money that was taken; nothing for money that no order belongs to."""
    if attempt.order is None:
        return
    amount = from_minor(attempt.captured_minor, attempt.currency)
    source, reference = _source_of(attempt)
    source.debit(amount, reference=reference, status="succeeded")
    _write_event(attempt.order, "Captured", amount, reference, _all_of(attempt.order))


def write_refund(refund: Refund) -> None:
    """Note money on its way back to the card."""
    _write_refund(refund, "Refunded", _amount(refund))


def take_refund_back(refund: Refund) -> None:
    """Note that a refund came to nothing after all: the customer's bank did not take it."""
    _write_refund(refund, "Refund failed", -_amount(refund))


def _write_refund(refund: Refund, name: str, amount: Decimal) -> None:
    order = refund.attempt.order
    if order is None:
        return
    source, _ = _source_of(refund.attempt)
    reference = refund.stripe_id or ""
    source.refund(amount, reference=reference, status=refund.status)
    lines = [(line.order_line, line.quantity) for line in refund.lines.select_related("order_line")]
    _write_event(order, name, abs(amount), reference, lines)


def _amount(refund: Refund) -> Decimal:
    return from_minor(refund.amount_minor, refund.attempt.currency)


def _source_of(attempt: PaymentAttempt) -> tuple[Source, str]:
    reference = attempt.payment_intent_id or ""
    source = Source.objects.select_for_update().get(order=attempt.order, reference=reference)
    return source, reference


def _all_of(order: Order) -> Quantities:
    return [(line, line.quantity) for line in order.lines.all()]


def _write_event(
    order: Order, name: str, amount: Decimal, reference: str, lines: Quantities
) -> None:
    event_type, _ = PaymentEventType.objects.get_or_create(name=name)
    event = order.payment_events.create(event_type=event_type, amount=amount, reference=reference)
    for line, quantity in lines:
        event.line_quantities.create(line=line, quantity=quantity)
