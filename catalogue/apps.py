"""Catalogue: medicines, their packs, prices and clinical content."""

from django.urls import URLPattern
from oscar.apps.catalogue.apps import CatalogueOnlyConfig


class CatalogueConfig(CatalogueOnlyConfig):
    name = "catalogue"

    def ready(self) -> None:
        from oscar.apps.partner.models import StockRecord

        from catalogue import (
            licences,  # noqa: F401
            recorded,
        )
        from catalogue.content import checks  # noqa: F401
        from catalogue.models import FIXED, Product
        from shop.audit import guards

        super().ready()
        recorded.register()
        columns = tuple(Product._meta.get_field(name).column for name in FIXED)  # noqa: SLF001
        guards.keep(
            Product,
            refusal="what was on sale keeps its strength, its size and its SKU",
            columns=(*columns, "has_been_public"),
            when="OLD.has_been_public",
        )
        # A pack that was never public may be deleted, and its record with it.
        guards.keep(
            StockRecord,
            refusal="a pack keeps its SKU",
            columns=("partner_sku", "product_id"),
            stays=False,
        )

    def get_urls(self) -> list[URLPattern]:
        from catalogue.urls import urlpatterns

        # Ranges serve offers, and no medicine is offered.
        return [*(url for url in super().get_urls() if url.name != "range"), *urlpatterns]
