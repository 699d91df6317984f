"""Staff pages for products, prices and stock."""

from typing import Any

from django.urls import URLPattern
from oscar.apps.dashboard.catalogue.apps import (
    CatalogueDashboardConfig as OscarCatalogueDashboardConfig,
)

# Prices are set one by one, where each is checked; nothing recommends a medicine.
NOT_ROUTED = {"catalogue-product-bulk-action", "catalogue-product-lookup"}
# These pages carry the price and stock form.
PRICE_PAGES = (
    "catalogue-product",
    "catalogue-product-create",
    "catalogue-product-create-child",
)


class CatalogueDashboardConfig(OscarCatalogueDashboardConfig):
    name = "shop.dashboard.catalogue"

    def configure_permissions(self) -> None:
        from shop.dashboard.permissions import DashboardPermission

        super().configure_permissions()
        pricing = DashboardPermission.get("partner", "change_stockrecord")
        for name in PRICE_PAGES:
            found = self.permissions_map[name]
            first = found if isinstance(found, list) else found[0]
            self.permissions_map[name] = [*first, *pricing]

    def get_urls(self) -> list[URLPattern]:
        return [url for url in super().get_urls() if url.name not in NOT_ROUTED]

    def get_url_decorator(self, pattern: URLPattern) -> Any:
        from shop.dashboard.catalogue.responsible import PAGES, only_superintendent

        theirs = super().get_url_decorator(pattern)
        if pattern.name not in PAGES or theirs is None:
            return theirs
        return lambda view: theirs(only_superintendent(view))
