"""The quote: exactly what the customer agreed to pay for, and where it goes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from oscar.apps.checkout.calculators import OrderTotalCalculator
from oscar.apps.order.models import ShippingAddress
from oscar.core.prices import Price

from shop.delivery import methods as delivery
from shop.delivery.methods import Delivery
from shop.payments.money import to_minor

ADDRESS_FIELDS = (
    "first_name",
    "last_name",
    "line1",
    "line2",
    "line3",
    "line4",
    "state",
    "postcode",
    "country_id",
    "phone_number",
    "notes",
)


@dataclass(frozen=True)
class QuotedLine:
    product_id: int
    sku: str
    quantity: int
    unit_price: str


@dataclass(frozen=True)
class Quote:
    """Lines, delivery, total and address; two quotes are the same when their hashes are."""

    lines: tuple[QuotedLine, ...]
    delivery_code: str
    delivery_price: str
    total: str
    currency: str
    address: dict[str, str]

    @property
    def hash(self) -> str:
        canonical = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def amount_minor(self) -> int:
        """The total in the currency's smallest unit."""
        return to_minor(Decimal(self.total), self.currency)


@dataclass(frozen=True)
class Totals:
    """The parts of the sum, as Oscar's order wants them."""

    delivery_method: Delivery
    delivery_charge: Price
    total: Price


def totals_of(basket: Any, delivery_code: str) -> Totals:
    """What the basket and this way of delivery cost together."""
    method = delivery.method_called(delivery_code)
    charge = method.calculate(basket)
    return Totals(method, charge, OrderTotalCalculator().calculate(basket, charge))


def quote_for(basket: Any, *, delivery_code: str, address: ShippingAddress) -> Quote:
    """The quote for a basket as it is now; the basket carries its pricing strategy."""
    totals = totals_of(basket, delivery_code)
    return Quote(
        lines=tuple(sorted((_quoted(line) for line in basket.all_lines()), key=lambda q: q.sku)),
        delivery_code=delivery_code,
        delivery_price=str(totals.delivery_charge.incl_tax),
        total=str(totals.total.incl_tax),
        currency=totals.total.currency,
        address={field: str(getattr(address, field) or "") for field in ADDRESS_FIELDS},
    )


def _quoted(line: Any) -> QuotedLine:
    return QuotedLine(
        product_id=line.product_id,
        sku=line.stockrecord.partner_sku,
        quantity=line.quantity,
        unit_price=str(line.unit_price_incl_tax),
    )


def address_from(fields: dict[str, str]) -> ShippingAddress:
    """The unsaved delivery address that was written down in a quote."""
    return ShippingAddress(**fields)
