"""Money that goes back to the card: asked for here, or found at Stripe, and counted once.

Every function here that takes an attempt is called by who holds it (``attempts.lock``).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import F, Sum
from django.utils import timezone

from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import log, states
from shop.payments import attempts, books
from shop.payments.facts import StripeRefund
from shop.payments.life_cycles import (
    AT_STRIPE,
    REFUND_TRANSITIONS,
    TAKEN,
    Kind,
    RefundReason,
    RefundStatus,
    Review,
    Status,
)
from shop.payments.models import PaymentAttempt, Refund, RefundLine, StripeOperation

# Where the weight of a refund lies while it has this status; nowhere once it has failed.
_COUNTED_IN = {
    RefundStatus.REQUESTED: "refunding_minor",
    RefundStatus.PENDING: "refunded_minor",
    RefundStatus.SUCCEEDED: "refunded_minor",
}
# What Stripe's words are for us; one that waits for the customer is on its way.
_STATUSES = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.CANCELED,
}


class TooMuch(Exception):
    """There is less left than that; ``left_minor`` says how much."""

    def __init__(self, left_minor: int) -> None:
        self.left_minor = left_minor
        super().__init__(f"only {left_minor} left")


class AlreadyAsked(Exception):
    """This refund was asked for before: the second of two clicks."""


@dataclass(frozen=True)
class Wanted:
    """What is to go back, and why; ``lines`` are order lines with the packs it is for.

    The reference of a form stops the second of two clicks.
    """

    amount_minor: int
    reason: RefundReason
    note: str = ""
    lines: tuple[tuple[Any, int], ...] = ()
    reference: uuid.UUID = field(default_factory=uuid.uuid4)


def ask(attempt: PaymentAttempt, wanted: Wanted, *, by: User | None) -> Refund:
    """Write down a refund for Stripe to make; raises TooMuch or AlreadyAsked."""
    if Refund.objects.filter(reference=wanted.reference).exists():
        raise AlreadyAsked(str(wanted.reference))
    _reserve(attempt, wanted.amount_minor)
    refund = Refund.objects.create(
        attempt=attempt,
        amount_minor=wanted.amount_minor,
        reason=wanted.reason,
        note=wanted.note,
        made_by=by,
        reference=wanted.reference,
    )
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, order_line=line, quantity=quantity)
        for line, quantity in wanted.lines
    )
    StripeOperation.objects.create(attempt=attempt, kind=Kind.REFUND, refund=refund)
    actor = actor_of(by) if by else log.SYSTEM
    states.record(refund, "refund.ask", actor=actor, details=_facts(refund))
    return refund


def _facts(refund: Refund) -> dict[str, Any]:
    """What the audit log says of a refund: money and order, never what was in the parcel."""
    order = refund.attempt.order
    return {
        "order": order.number if order else "",
        "amount_minor": refund.amount_minor,
        "currency": refund.attempt.currency,
        "reason": refund.reason,
    }


def _reserve(attempt: PaymentAttempt, amount_minor: int) -> None:
    wanted = F("refunded_minor") + F("refunding_minor") + F("disputed_minor") + amount_minor
    with attempts.recorded(attempt, "reserve"):
        reserved = PaymentAttempt.objects.filter(pk=attempt.pk, captured_minor__gte=wanted).update(
            refunding_minor=F("refunding_minor") + amount_minor, changed_at=timezone.now()
        )
    attempt.refresh_from_db()
    if not reserved:
        raise TooMuch(attempt.left_minor)


def give_all_back(
    attempt: PaymentAttempt, *, reason: RefundReason, by: User | None, note: str = ""
) -> None:
    """Write down what returns all of the money: a refund of what was taken, else the release."""
    with attempts.recorded(attempt, "give_back"):
        PaymentAttempt.objects.filter(pk=attempt.pk).update(all_goes_back=True)
    attempt.refresh_from_db()
    if attempt.captured_minor:
        if attempt.left_minor:
            ask(attempt, Wanted(attempt.left_minor, reason, note), by=by)
    elif attempt.status in (Status.PLACED, Status.NEEDS_REVIEW):
        attempts.drop(attempt, Kind.CAPTURE)
        attempts.move(attempt, Status.VOID_PENDING)
        attempts.queue(attempt, Kind.CANCEL)


def give_rest_back(attempt: PaymentAttempt) -> None:
    """Ask for what has come back to us of money that is all to go; not while a person looks at it."""
    is_left = attempt.left_minor and not attempt.refunding_minor
    if attempt.all_goes_back and is_left and attempt.status != Status.NEEDS_REVIEW:
        reason = RefundReason.CANCELLED if attempt.order else RefundReason.NO_ORDER
        ask(attempt, Wanted(attempt.left_minor, reason), by=None)


def packs_refunded(order_line_id: int) -> int:
    """Packs of an order line that refunds were made for, or are being made for."""
    counted = RefundLine.objects.filter(
        order_line_id=order_line_id, refund__status__in=(RefundStatus.REQUESTED, *AT_STRIPE)
    )
    return counted.aggregate(total=Sum("quantity"))["total"] or 0


def record(attempt: PaymentAttempt, seen: StripeRefund) -> None:
    """Take over what Stripe says of a refund; the same again, or older news, changes nothing.

    A word that nobody knows yet says that Stripe has it, and is shown to a person.
    """
    refund = _known(attempt, seen)
    if refund is None:
        refund = Refund.objects.create(
            attempt=attempt,
            amount_minor=seen.amount,
            reason=RefundReason.AT_STRIPE,
            status=RefundStatus.REQUESTED,
        )
        _count(attempt, RefundStatus.REQUESTED, seen.amount)
        states.record(refund, "refund.find", actor=log.SYSTEM, details=_facts(refund))
    status = _STATUSES.get(seen.status, RefundStatus.PENDING)
    _note_word(refund, "" if seen.status in _STATUSES else seen.status)
    if _moved(refund, attempt, status, stripe_id=seen.refund_id, failure=seen.failure):
        _follow(attempt)


def _note_word(refund: Refund, word: str) -> None:
    if refund.unknown_word != word:
        with states.changing(refund, action="refund.word", actor=log.SYSTEM):
            Refund.objects.filter(pk=refund.pk).update(unknown_word=word[:40])


def fail(attempt: PaymentAttempt, refund: Refund, *, failure: str) -> None:
    """Stripe refused to make a refund: nothing of it is counted any more.

    Where all was to go back, and some of it went another way meanwhile, the rest is asked for.
    """
    if refund.stripe_id is None and _moved(
        refund, attempt, RefundStatus.FAILED, failure=failure[:300]
    ):
        if attempt.left_minor < refund.amount_minor:
            give_rest_back(attempt)
        _follow(attempt)


def _known(attempt: PaymentAttempt, seen: StripeRefund) -> Refund | None:
    refunds = attempt.refunds.select_for_update()
    by_id = refunds.filter(stripe_id=seen.refund_id).first()
    if by_id or not seen.reference:
        return by_id
    return refunds.filter(reference=seen.reference, stripe_id__isnull=True).first()


def _moved(refund: Refund, attempt: PaymentAttempt, status: RefundStatus, **changes: Any) -> bool:
    """Write a refund's status, and with it what the attempt counts; whether that was a step on.

    The one place that does.
    """
    before = RefundStatus(refund.status)
    if status not in REFUND_TRANSITIONS[before]:
        return False
    facts = {"from": before, "to": status}
    with states.changing(refund, action="refund.move", actor=log.SYSTEM, details=facts):
        moved = Refund.objects.filter(pk=refund.pk, status=before).update(
            status=status, changed_at=timezone.now(), **changes
        )
        if moved:
            _follow_in_books(refund, attempt, before, status)
    return bool(moved)


def _follow_in_books(
    refund: Refund, attempt: PaymentAttempt, before: RefundStatus, status: RefundStatus
) -> None:
    refund.refresh_from_db()
    _count(attempt, before, -refund.amount_minor)
    _count(attempt, status, refund.amount_minor)
    attempt.refresh_from_db()
    refund.attempt = attempt
    _write_to_ledger(refund, before, status)


def _count(attempt: PaymentAttempt, status: RefundStatus, amount_minor: int) -> None:
    field = _COUNTED_IN.get(status)
    if field:
        change: dict[str, models.expressions.Combinable] = {field: F(field) + amount_minor}
        with attempts.recorded(attempt, "count"):
            PaymentAttempt.objects.filter(pk=attempt.pk).update(changed_at=timezone.now(), **change)


def _write_to_ledger(refund: Refund, before: RefundStatus, status: RefundStatus) -> None:
    if before not in AT_STRIPE and status in AT_STRIPE:
        books.write_refund(refund)
    elif before in AT_STRIPE and status not in AT_STRIPE:
        books.take_refund_back(refund)


def _follow(attempt: PaymentAttempt) -> None:
    """Let the status of the attempt say how much of its money went back."""
    must_go = attempt.all_goes_back or attempt.order is None
    if attempt.refunded_minor == attempt.captured_minor:
        _go(attempt, Status.REFUNDED)
    elif must_go and attempt.left_minor and not attempt.refunding_minor:
        attempts.flag(attempt, Review.REFUND_FAILED)
    elif attempt.status in TAKEN:
        _go(attempt, Status.PART_REFUNDED if attempt.refunded_minor else Status.CAPTURED)


def _go(attempt: PaymentAttempt, status: Status) -> None:
    if attempt.status != status:
        attempts.move(attempt, status)
