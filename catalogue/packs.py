"""Packs with their live price and stock, read in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from itertools import groupby

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy, to_locale
from django.utils.translation import gettext as _
from oscar.apps.partner.models import StockRecord
from oscar.templatetags.currency_filters import currency as money

CENT = Decimal("0.01")
NUMBERS = {2: gettext_lazy("two"), 3: gettext_lazy("three"), 4: gettext_lazy("four")}


@dataclass(frozen=True)
class Pack:
    """A pack on sale; price is for the whole pack, in the currency's main unit."""

    product_id: int
    parent_id: int
    sku: str
    strength_mg: int
    tablets: int
    price: Decimal
    currency: str
    in_stock: int
    countries: frozenset[str]

    @property
    def per_tablet(self) -> Decimal:
        """Rounded up to the cent, so that it never understates."""
        return (self.price / self.tablets).quantize(CENT, rounding=ROUND_UP)

    @property
    def is_available(self) -> bool:
        return self.in_stock > 0

    @property
    def price_text(self) -> str:
        return str(money(self.price, self.currency))

    @property
    def per_tablet_text(self) -> str:
        return str(money(self.per_tablet, self.currency))


@dataclass(frozen=True)
class Offered:
    """A pack in the buy box, with what it costs less than smaller packs of the same strength."""

    pack: Pack
    saving: str
    is_chosen: bool


@dataclass(frozen=True)
class Strength:
    """The packs of one strength, smallest first."""

    mg: int
    packs: tuple[Offered, ...]
    is_chosen: bool
    authorised: str
    shipped: str
    refused: str

    @property
    def is_available(self) -> bool:
        return any(offered.pack.is_available for offered in self.packs)


def packs_of(parent_ids: Iterable[int]) -> list[Pack]:
    """The public packs of these products, by strength and size. One query.

    A pack without a price is not on sale, so it is left out.
    """
    rows = (
        StockRecord.objects.filter(
            product__parent_id__in=list(parent_ids),
            product__is_public=True,
            product__strength_mg__isnull=False,
            price__isnull=False,
        )
        .order_by("product__strength_mg", "product__tablets", "pk")
        .values_list(
            "product_id",
            "product__parent_id",
            "partner_sku",
            "product__strength_mg",
            "product__tablets",
            "price",
            "price_currency",
            "num_in_stock",
            "num_allocated",
            "product__supply_countries",
        )
    )
    return [_pack(list(group)) for _product, group in groupby(rows, key=lambda row: row[0])]


def _pack(rows: list[tuple]) -> Pack:
    # A product has one row per country; should it have two stock records, the first one sells.
    product_id, parent_id, sku, mg, tablets, price, currency, in_stock, allocated, _country = rows[
        0
    ]
    return Pack(
        product_id=product_id,
        parent_id=parent_id,
        sku=sku,
        strength_mg=mg,
        tablets=tablets,
        price=price,
        currency=currency,
        in_stock=(in_stock or 0) - (allocated or 0),
        countries=frozenset(row[-1] for row in rows if row[-1]),
    )


def cheapest(packs: Iterable[Pack]) -> Pack | None:
    """The pack with the lowest price per tablet among those in stock."""
    available = [pack for pack in packs if pack.is_available]
    return min(available, key=lambda pack: (pack.per_tablet, pack.price), default=None)


def saving(pack: Pack, others: Iterable[Pack]) -> str:
    """What the pack costs less than as many tablets in the smallest packs that add up to it."""
    smaller = [
        other
        for other in others
        if other.tablets < pack.tablets
        and pack.tablets % other.tablets == 0
        and other.currency == pack.currency
    ]
    if not smaller:
        return ""
    small = min(smaller, key=lambda other: other.tablets)
    count = pack.tablets // small.tablets
    less = small.price * count - pack.price
    if less <= 0:
        return ""
    return _("%(amount)s less than %(count)s packs of %(tablets)s") % {
        "amount": money(less, pack.currency),
        "count": NUMBERS.get(count, count),
        "tablets": small.tablets,
    }


def strengths_of(
    packs: list[Pack], *, strength: int | None = None, sku: str = ""
) -> list[Strength]:
    """The packs by strength; one strength, and one pack in each, is chosen to begin with."""
    by_strength = {
        mg: list(group) for mg, group in groupby(packs, key=lambda pack: pack.strength_mg)
    }
    wanted = strength if strength in by_strength else next(iter(by_strength), None)
    return [
        _strength(mg, group, sku=sku, is_chosen=mg == wanted) for mg, group in by_strength.items()
    ]


def _strength(mg: int, packs: list[Pack], *, sku: str, is_chosen: bool) -> Strength:
    available = [pack.sku for pack in packs if pack.is_available]
    chosen = sku if sku in available else next(iter(available), "")
    # Packs of a strength normally agree on their countries; where not, none is promised too much.
    countries = frozenset.intersection(*(pack.countries for pack in packs))
    licensed = frozenset(settings.LICENSED_COUNTRIES)
    return Strength(
        mg=mg,
        packs=tuple(Offered(p, saving(p, packs), is_chosen=p.sku == chosen) for p in packs),
        is_chosen=is_chosen,
        authorised=country_list(countries),
        shipped=country_list(countries & licensed),
        refused=country_list(licensed - countries),
    )


def country_list(codes: Iterable[str]) -> str:
    """Names in the reader's language: “Australia, Austria and Germany”."""
    territories = Locale.parse(to_locale(get_language() or "en")).territories
    names = sorted(territories.get(code, code) for code in codes)
    if len(names) <= 1:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
