"""Staff pages for products, prices and stock."""

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
