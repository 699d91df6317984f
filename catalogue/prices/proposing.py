"""New prices before they are saved: old and new, what the rules say, and who was there meanwhile."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from catalogue.models import Product
from catalogue.prices import rules
from catalogue.prices.grid import Cell, cells_of, margin_percent
from catalogue.prices.rules import Finding, Offer


@dataclass(frozen=True)
class Seen:
    """A cell as somebody saw it: how often it had been changed, and its price."""

    version: int
    price: Decimal | None


@dataclass(frozen=True)
class Wanted:
    """A new price for the pack of a stock record, by whoever saw the cell so."""

    record_id: int
    price: Decimal
    seen: Seen
    # Whether a change that is asked about was confirmed.
    is_meant: bool = False


@dataclass(frozen=True)
class Proposal:
    """One cell that is to change, at the moment from which it would count."""

    cell: Cell
    before: Decimal | None
    wanted: Wanted
    findings: tuple[Finding, ...]

    @property
    def price(self) -> Decimal:
        return self.wanted.price

    @property
    def now(self) -> Seen:
        return Seen(self.cell.version, self.cell.price)

    @property
    def was_changed_meanwhile(self) -> bool:
        return self.wanted.seen != self.now

    @property
    def is_refused(self) -> bool:
        return bool(rules.refusing(self.findings))

    @property
    def asks(self) -> bool:
        return bool(rules.asking(self.findings))

    @property
    def stops(self) -> bool:
        """Whether it cannot be saved without another answer."""
        unanswered = self.asks and not self.wanted.is_meant
        return self.is_refused or self.was_changed_meanwhile or unanswered

    @property
    def percent(self) -> Fraction:
        return rules.percent(self.before or Decimal(0), self.price)

    @property
    def unit_price_before(self) -> Decimal | None:
        return self.cell.form.unit_price(self.before, self.cell.units) if self.before else None

    @property
    def unit_price(self) -> Decimal:
        return self.cell.form.unit_price(self.price, self.cell.units)

    @property
    def margin_before(self) -> int | None:
        return margin_percent(self.before, self.cell.cost)

    @property
    def margin(self) -> int | None:
        return margin_percent(self.price, self.cell.cost)


def propose(
    medicine: Product, wanted: Iterable[Wanted], *, starts_at: datetime.datetime | None = None
) -> list[Proposal]:
    """Each new price beside what there is; those that need an answer first. Packs that are gone are not in it."""
    now = {cell.key: cell for cell in cells_of(medicine)}
    then = {cell.key: cell for cell in cells_of(medicine, starts_at)} if starts_at else now
    asked = {each.record_id: each for each in wanted if each.record_id in now}
    prices = {key: cell.price for key, cell in then.items()}
    prices |= {key: each.price for key, each in asked.items()}
    found = [
        Proposal(
            now[key], then[key].price, each, tuple(_findings(now[key], each, then, prices, now))
        )
        for key, each in asked.items()
    ]
    return sorted(found, key=lambda one: (not one.stops, not one.findings, one.cell.strength.rank))


def _findings(
    cell: Cell,
    wanted: Wanted,
    then: Mapping[int, Cell],
    prices: Mapping[int, Decimal | None],
    now: Mapping[int, Cell],
) -> list[Finding]:
    others = {
        other.units: price
        for key, other in now.items()
        if other.strength == cell.strength and key != cell.key and (price := prices[key])
    }
    return rules.findings(
        Offer(cell.form, cell.units, wanted.price, cell.currency, then[cell.key].price, others)
    )
