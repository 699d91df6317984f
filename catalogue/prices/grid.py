"""The packs of a medicine as a grid: strengths down, sizes across, each cell with price, cost and stock."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from django.db.models import Prefetch
from django.utils import timezone
from oscar.apps.partner.models import StockRecord

from catalogue.amounts import DoseForm, Strength
from catalogue.models import Product
from catalogue.prices.models import PlannedPrice
from catalogue.prices.reading import price_of, with_price


@dataclass(frozen=True)
class Cell:
    """One pack: what it costs whom, and how many there are. `version` counts its changes."""

    record: StockRecord
    price: Decimal | None
    cost: Decimal | None
    version: int
    planned: tuple[PlannedPrice, ...]

    @property
    def key(self) -> int:
        return int(self.record.pk)

    @property
    def form(self) -> DoseForm:
        return self.record.product.form

    @property
    def strength(self) -> Strength:
        return self.record.product.strength

    @property
    def units(self) -> int:
        return int(self.record.product.units)

    @property
    def currency(self) -> str:
        return str(self.record.price_currency)

    @property
    def name(self) -> str:
        """In words: "10 mg, 60 tablets"."""
        return f"{self.strength.words}, {self.form.counted(self.units)}"

    @property
    def unit_price(self) -> Decimal | None:
        return self.form.unit_price(self.price, self.units) if self.price else None

    @property
    def margin(self) -> Decimal | None:
        return None if self.cost is None or self.price is None else self.price - self.cost

    @property
    def margin_percent(self) -> int | None:
        return margin_percent(self.price, self.cost)

    @property
    def in_stock(self) -> int:
        return int(self.record.net_stock_level)

    @property
    def low_mark(self) -> int | None:
        return self.record.low_stock_threshold

    @property
    def is_low(self) -> bool:
        return self.in_stock == 0 or self.record.is_below_threshold


@dataclass(frozen=True)
class Row:
    """The packs of one strength, one place for each size of the grid; nothing where there is none."""

    strength: Strength
    countries: frozenset[str]
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Grid:
    """All public packs of a medicine."""

    sizes: tuple[int, ...]
    rows: tuple[Row, ...]

    @property
    def cells(self) -> Iterator[Cell]:
        return (cell for row in self.rows for cell in row.cells if cell)


def margin_percent(price: Decimal | None, cost: Decimal | None) -> int | None:
    """What is left of a price after the cost, in whole per cent of the price."""
    if not price or cost is None:
        return None
    return round(Fraction(price - cost) / Fraction(price) * 100)


def cells_of(medicine: Product, moment: datetime.datetime | None = None) -> list[Cell]:
    """The public packs by strength and size, with the prices of now or of a moment; four queries."""
    waiting = PlannedPrice.objects.filter(ended_at=None, starts_at__gt=timezone.now())
    records = (
        StockRecord.objects.filter(
            product__parent=medicine, product__is_public=True, product__strength__isnull=False
        )
        .select_related("product__parent", "pricing")
        .prefetch_related(
            "product__supply_countries",
            Prefetch("planned_prices", waiting.order_by("starts_at"), to_attr="waiting_prices"),
        )
        .order_by("pk")
    )
    cells = [_cell(record) for record in with_price(records, moment)]
    return sorted(cells, key=lambda cell: (cell.strength.rank, cell.units))


def cell_of(record: StockRecord) -> Cell:
    """The cell of one pack, whether it is public or not."""
    waiting = PlannedPrice.objects.filter(ended_at=None, starts_at__gt=timezone.now())
    rows = StockRecord.objects.filter(pk=record.pk).select_related("product__parent", "pricing")
    found = Prefetch("planned_prices", waiting.order_by("starts_at"), to_attr="waiting_prices")
    return _cell(with_price(rows.prefetch_related(found)).get())


def _cell(record: StockRecord) -> Cell:
    pricing = getattr(record, "pricing", None)
    return Cell(
        record=record,
        price=price_of(record),
        cost=pricing.cost if pricing else None,
        version=pricing.version if pricing else 0,
        planned=tuple(record.waiting_prices),
    )


def grid_of(medicine: Product) -> Grid:
    """The medicine's packs as they are now."""
    cells = cells_of(medicine)
    sizes = tuple(sorted({cell.units for cell in cells}))
    groups = groupby(cells, key=lambda cell: cell.strength)
    return Grid(sizes, tuple(_row(strength, list(found), sizes) for strength, found in groups))


def _row(strength: Strength, cells: list[Cell], sizes: Iterable[int]) -> Row:
    by_size = {cell.units: cell for cell in cells}
    # Packs of a strength normally agree on their countries; where not, none is promised too much.
    countries = [
        {country.pk for country in cell.record.product.supply_countries.all()} for cell in cells
    ]
    return Row(
        strength,
        frozenset(set.intersection(*countries)),
        tuple(by_size.get(size) for size in sizes),
    )
