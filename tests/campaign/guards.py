"""Guards of the shop that the campaign can take away, to show that it notices."""

from __future__ import annotations

from typing import Any

from shop.fulfilment import quote
from shop.order import utils


def take_away(guard: str) -> None:
    """Take a guard away in this process; raises KeyError for one that does not exist."""
    GUARDS[guard]()


def _stock() -> None:
    utils.OrderCreator.update_stock_records = lambda _self, line: line.stockrecord.allocate(
        line.quantity
    )


def _quote() -> None:
    quote.Quote.hash = property(lambda _self: "the same")


GUARDS: dict[str, Any] = {"stock": _stock, "quote": _quote}
