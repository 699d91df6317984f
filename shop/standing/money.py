"""What of an order's money has gone back: whole lines, or loose amounts that name no pack."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shop.payments.life_cycles import AT_STRIPE, RefundStatus
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.money import to_minor


@dataclass
class PaidBack:
    """Packs by order line, and what is left over in minor units."""

    packs: Counter[int] = field(default_factory=Counter)
    loose_minor: int = 0


def paid_back(attempt: PaymentAttempt) -> PaidBack:
    """What Stripe has sent back; a refund of less than its packs cost pays none of them back."""
    back = PaidBack()
    counted = attempt.refunds.filter(status__in=AT_STRIPE)
    for refund in counted.prefetch_related("lines__order_line"):
        rest = refund.amount_minor - _price_of_packs(refund)
        if rest < 0:
            back.loose_minor += refund.amount_minor
            continue
        back.loose_minor += rest
        for line in refund.lines.all():
            back.packs[line.order_line_id] += line.quantity
    return back


def _price_of_packs(refund: Refund) -> int:
    prices = (line.quantity * line.order_line.unit_price_incl_tax for line in refund.lines.all())
    return to_minor(sum(prices, Decimal(0)), refund.attempt.currency)


def is_all_back(attempt: PaymentAttempt) -> bool:
    """Whether all that was taken went back."""
    return bool(attempt.captured_minor) and attempt.refunded_minor >= attempt.captured_minor


def is_paying_back(attempt: PaymentAttempt) -> bool:
    """Whether a refund is asked for, and nobody knows yet whether Stripe makes it."""
    return attempt.refunds.filter(status=RefundStatus.REQUESTED).exists()


def is_a_pack_worth(loose_minor: int, lines: list[Any], currency: str) -> bool:
    """Whether an amount that names no pack could be the price of one."""
    prices = [to_minor(line.unit_price_incl_tax, currency) for line in lines]
    return bool(loose_minor and prices) and loose_minor >= min(prices)
