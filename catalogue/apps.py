"""Catalogue: medicines, their packs, prices and clinical content."""

from django.urls import URLPattern
from oscar.apps.catalogue.apps import CatalogueOnlyConfig


class CatalogueConfig(CatalogueOnlyConfig):
    name = "catalogue"

    def ready(self) -> None:
        from catalogue import (
            licences,  # noqa: F401
            recorded,
        )
        from catalogue.content import checks  # noqa: F401

        super().ready()
        recorded.register()

    def get_urls(self) -> list[URLPattern]:
        from catalogue.urls import urlpatterns

        # Ranges serve offers, and no medicine is offered.
        return [*(url for url in super().get_urls() if url.name != "range"), *urlpatterns]
