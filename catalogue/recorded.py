"""Products, their classes, prices, stock and signed texts, as the audit log knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db.models import Model, Q
from django.utils import timezone
from oscar.apps.partner.models import StockRecord

from catalogue.content.models import ContentVersion, Medicine, Signature
from catalogue.models import Product, ProductClass
from catalogue.prices.models import PlannedPrice, Pricing
from shop.audit import states

WHEN = ("date_created", "date_updated")
# What a pack costs: sold only as the log says, while a count of packs that is wrong is only named.
PRICE = ("product_id", "price", "price_currency")


def register() -> None:
    """Let the log know what is sold, and for how much; once the app is ready."""
    states.register(ProductClass, "product_class")
    states.register(
        Product,
        "product",
        but=(*WHEN, "rating", "has_been_public"),
        parts={"supply_countries": ("iso_3166_1_a2",)},
    )
    states.register(StockRecord, "stock", but=WHEN, apart={"price": PRICE})
    states.register(PlannedPrice, "planned_price")
    # How often it was changed is for two editors only.
    states.register(Pricing, "pricing", but=("version",), where=Q(cost__isnull=False))
    # A medicine is sold on the text that is shown, with the signature that this bears.
    states.register(
        Medicine,
        "content",
        but=("search_text",),
        parts={
            "shown": states.fields_of(ContentVersion),
            "shown__signature": states.fields_of(Signature),
        },
        key="slug",
    )


def classes() -> Iterator[Model]:
    """All product classes."""
    yield from ProductClass.objects.order_by("pk")


def family(*numbers: int | None) -> Callable[[], Iterator[Model]]:
    """What belongs to the products with these primary keys: parents, packs, prices and stock."""

    def rows() -> Iterator[Model]:
        known = [number for number in numbers if number]
        products = Product.objects.filter(
            Q(pk__in=known) | Q(parent__in=known) | Q(children__in=known)
        ).distinct()
        yield from products.order_by("pk")
        yield from StockRecord.objects.filter(product__in=products).order_by("pk")

    return rows


def unknown(products: Iterable[Product]) -> set[int]:
    """The primary keys of those of which the log does not know the pack, the medicine or the class.

    Nor what the pack costs, the text that the medicine is sold on, or who signed it.
    """
    packs = {each.pk: each for each in products}
    above = {pack.pk: pack.parent or pack for pack in packs.values()}
    strange = states.unknown(
        {each.pk: each for each in (*packs.values(), *above.values())}.values()
    )
    kinds = states.unknown(each.product_class for each in above.values())
    texts = {each.product_id: each for each in _texts_of(above.values())}
    unread = states.unknown(texts.values())
    strange |= _repriced(packs)
    strange |= {product for product, text in texts.items() if text.pk in unread}
    return {
        pack
        for pack, medicine in above.items()
        if {pack, medicine.pk} & strange or medicine.product_class_id in kinds
    }


def _repriced(packs: Iterable[int]) -> set[int]:
    """Those packs that cost something else than the log says, by their record or by a price of today."""
    prices = {each.pk: each for each in StockRecord.objects.filter(product__in=list(packs))}
    begun = PlannedPrice.objects.filter(
        stockrecord__in=list(prices), ended_at=None, starts_at__lte=timezone.now()
    )
    plans = {each.pk: each for each in begun}
    strange = {plans[number].stockrecord_id for number in states.unknown(plans.values())}
    strange |= states.otherwise(prices.values(), "price")
    return {prices[number].product_id for number in strange}


def _texts_of(products: Iterable[Product]) -> Iterable[Medicine]:
    return Medicine.objects.filter(product__in={each.pk for each in products}).only("product")
