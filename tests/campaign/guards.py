"""Guards of the shop that can be taken away, to show that the campaign notices."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import cache

from django.db import transaction

from shop.order import utils
from shop.payments import attempts
from shop.payments.life_cycles import Kind
from shop.payments.models import PaymentAttempt, StripeOperation
from shop.placing import quote
from shop.settling import operations


@cache
def take_away(guard: str) -> None:
    """Take a guard away in this process, once; raises KeyError for one that does not exist."""
    GUARDS[guard]()


def _sell_stock_that_is_not_there() -> None:
    utils.OrderCreator.update_stock_records = lambda _self, line: line.stockrecord.allocate(
        line.quantity
    )


def _take_every_quote_for_the_same() -> None:
    quote.Quote.hash = property(lambda _self: "the same")


def _capture_before_it_is_written_down() -> None:
    write_down = attempts.queue

    def queue(attempt: PaymentAttempt, kind: Kind) -> StripeOperation | None:
        if kind != Kind.CAPTURE:
            return write_down(attempt, kind)
        transaction.on_commit(lambda: write_down(attempt, kind))
        return None

    attempts.queue = queue


def _use_a_new_key_each_time() -> None:
    operations._key = lambda _operation: str(uuid.uuid4())  # noqa: SLF001 what is taken away


GUARDS: dict[str, Callable[[], None]] = {
    "stock": _sell_stock_that_is_not_there,
    "quote": _take_every_quote_for_the_same,
    "outbox": _capture_before_it_is_written_down,
    "key": _use_a_new_key_each_time,
}
