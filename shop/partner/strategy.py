"""For how much a pack is sold, and whether: what the basket and the order ask of a stock record."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from oscar.apps.partner import strategy as oscars
from oscar.apps.partner.prices import FixedPrice
from oscar.apps.partner.prices import Unavailable as NoPrice

from catalogue.prices.reading import price_of


class Strategy(oscars.Default):
    def pricing_policy(self, product: Any, stockrecord: Any) -> Any:
        """The price by the clock: a planned one counts from its moment on."""
        price = price_of(stockrecord) if stockrecord else None
        if price is None:
            return NoPrice()
        return FixedPrice(stockrecord.price_currency, excl_tax=price, tax=Decimal("0.00"))


class Selector:
    def strategy(self, request: Any = None, user: Any = None, **_: Any) -> Strategy:
        """One for everybody: medicines are not sold cheaper to some."""
        return Strategy(request)
