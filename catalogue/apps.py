"""Catalogue: medicines, their packs, prices and clinical content."""

from django.urls import URLPattern, re_path
from oscar.apps.catalogue.apps import CatalogueOnlyConfig


class CatalogueConfig(CatalogueOnlyConfig):
    name = "catalogue"

    def get_urls(self) -> list[URLPattern]:
        from catalogue import views

        # Ranges serve offers, and no medicine is offered.
        pages = [url for url in super().get_urls() if url.name != "range"]
        return [
            *pages,
            re_path(
                r"^(?P<product_slug>[\w-]*)_(?P<pk>\d+)/add/$", views.add_pack, name="add-pack"
            ),
        ]
