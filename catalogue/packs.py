"""Packs with their live price and stock, read in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _
from oscar.apps.partner.models import StockRecord
from oscar.templatetags.currency_filters import currency as money

from catalogue.amounts import DoseForm, Strength
from catalogue.content.sale import on_sale
from catalogue.prices.reading import exactly, with_price


@dataclass(frozen=True)
class Pack:
    """A pack on sale; price is for the whole pack, in the currency's main unit."""

    product_id: int
    parent_id: int
    sku: str
    form: DoseForm
    strength: Strength
    units: int
    price: Decimal
    currency: str
    in_stock: int
    countries: frozenset[str]

    @property
    def unit_price(self) -> Decimal:
        """Rounded up to the cent, so that it never understates."""
        return self.form.unit_price(self.price, self.units)

    @property
    def is_available(self) -> bool:
        return self.in_stock > 0

    @property
    def price_text(self) -> str:
        return str(money(self.price, self.currency))

    @property
    def unit_price_text(self) -> str:
        return str(money(self.unit_price, self.currency))

    @property
    def from_text(self) -> str:
        """The price with the unit it is for: "$0.51 per tablet"."""
        return f"{self.unit_price_text} {self.form.kind.per_price}"

    @property
    def size(self) -> str:
        """In words: "60 tablets"."""
        return self.form.counted(self.units)


@dataclass(frozen=True)
class Offered:
    """A pack in the buy box. Nothing compares its price with another's (CAT-5)."""

    pack: Pack
    is_chosen: bool


@dataclass(frozen=True)
class StrengthOnSale:
    """The packs of one strength, smallest first."""

    form: DoseForm
    strength: Strength
    packs: tuple[Offered, ...]
    is_chosen: bool
    authorised: str
    shipped: str
    refused: str

    @property
    def name(self) -> str:
        """In words: "10 mg tablets"."""
        return self.form.named(self.strength)


def packs_of(parent_ids: Iterable[int]) -> list[Pack]:
    """The public packs of these products, by strength and size. One query.

    A pack without a price is not on sale, nor is one of a medicine that nobody answers for.
    """
    records = with_price(StockRecord.objects)
    rows = (
        records.filter(
            product__parent_id__in=list(parent_ids),
            product__is_public=True,
            product__parent__is_public=True,
            product__parent__dose_form__gt="",
            product__parent__medicine__in=on_sale(),
            product__strength__isnull=False,
            price__isnull=False,
        )
        .order_by("product_id", "pk")
        .values_list(
            "product_id",
            "product__parent_id",
            "partner_sku",
            "product__parent__dose_form",
            "product__strength",
            "product__units",
            "price_then",
            "price_currency",
            "num_in_stock",
            "num_allocated",
            "product__supply_countries",
        )
    )
    packs = [_pack(list(group)) for _product, group in groupby(rows, key=lambda row: row[0])]
    return sorted(packs, key=lambda pack: (pack.strength.rank, pack.units))


def _pack(rows: list[tuple]) -> Pack:
    # A product has one row per country; should it have two stock records, the first one sells.
    product_id, parent_id, sku, form, strength, units, price, currency, *stock, _country = rows[0]
    in_stock, allocated = stock
    return Pack(
        product_id=product_id,
        parent_id=parent_id,
        sku=sku,
        form=DoseForm(form),
        strength=strength,
        units=units,
        price=exactly(price),
        currency=currency,
        in_stock=(in_stock or 0) - (allocated or 0),
        countries=frozenset(row[-1] for row in rows if row[-1]),
    )


def cheapest(packs: Iterable[Pack]) -> Pack | None:
    """The pack with the lowest price of a unit among those in stock."""
    available = [pack for pack in packs if pack.is_available]
    return min(available, key=lambda pack: (pack.unit_price, pack.price), default=None)


def strengths_of(packs: list[Pack], *, strength: str = "", sku: str = "") -> list[StrengthOnSale]:
    """The packs by strength; one (by its slug), and one pack in each, is chosen to begin with."""
    groups = {
        each.slug: list(group) for each, group in groupby(packs, key=lambda pack: pack.strength)
    }
    wanted = strength if strength in groups else next(iter(groups), None)
    return [_strength(group, sku=sku, is_chosen=slug == wanted) for slug, group in groups.items()]


def _strength(packs: list[Pack], *, sku: str, is_chosen: bool) -> StrengthOnSale:
    available = [pack.sku for pack in packs if pack.is_available]
    chosen = sku if sku in available else next(iter(available), "")
    # Packs of a strength normally agree on their countries; where not, none is promised too much.
    countries = frozenset.intersection(*(pack.countries for pack in packs))
    licensed = frozenset(settings.LICENSED_COUNTRIES)
    return StrengthOnSale(
        form=packs[0].form,
        strength=packs[0].strength,
        packs=tuple(Offered(p, is_chosen=p.sku == chosen) for p in packs),
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
