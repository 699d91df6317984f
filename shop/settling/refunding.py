"""Staff cancel an order, pay money back or look again: written down first, then done at Stripe."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from shop.accounts.models import User
from shop.order.processing import EventHandler
from shop.order_statuses import FIRST
from shop.payments import attempts, refunds
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.refunds import Wanted
from shop.settling import imports, operations
from shop.settling.carrying_on import carry_on
from shop.settling.following import follow_payment
from shop.settling.settle import settle, settle_quietly


class TooManyPacks(Exception):
    """More packs of a line than were ordered, less those already paid back."""

    def __init__(self, line: Any, left: int) -> None:
        self.line = line
        self.left = left
        super().__init__(f"{left} packs left of line {line.pk}")


def cancel(order: Any, *, by: User, note: str) -> PaymentAttempt:
    """Cancel an order that has not left; raises InvalidOrderStatus.

    When Stripe cannot be reached the order is cancelled all the same, and the money goes later.
    """
    attempt = EventHandler(user=by).cancel(order, by=by, note=note)
    settle_quietly(attempt)
    return attempt


def refund(attempt: PaymentAttempt, wanted: Wanted, *, by: User) -> Refund:
    """Pay back a part of what was taken, or all of it; stock and supplies stay as they are.

    Raises TooMuch, TooManyPacks or AlreadyAsked, and then nothing is written.
    """
    with transaction.atomic():
        held = attempts.lock(attempt)
        for line, quantity in wanted.lines:
            _check_packs(line, quantity)
        made = refunds.ask(held, wanted, by=by)
    settle_quietly(held)
    follow_payment(held)
    made.refresh_from_db()
    return made


def _check_packs(line: Any, quantity: int) -> None:
    left = line.quantity - refunds.packs_refunded(line.pk)
    if quantity > left:
        raise TooManyPacks(line, left)


def look_again(attempt: PaymentAttempt) -> bool:
    """Take over all that Stripe's books say of an attempt; False when that cannot be done now."""
    return not carry_on(attempt, lambda: _take_over(attempt))


def _take_over(attempt: PaymentAttempt) -> None:
    settle(attempt)
    if attempt.payment_intent_id:
        operations.look_again(attempt)
        imports.bring_in_refunds(attempt)
        imports.bring_in_disputes(attempt)
        settle(attempt)
    follow_payment(attempt)


def is_untouched(order: Any) -> bool:
    """Whether nobody has begun with the order or its money: then its customer may cancel it."""
    attempt = PaymentAttempt.objects.filter(order=order).first()
    return (
        order.status == FIRST
        and attempt is not None
        and attempt.status in (Status.PLACED, Status.CAPTURED)
        and not attempt.refunds.exists()
        and not attempt.disputes.exists()
    )
