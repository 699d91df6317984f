"""Staff pages for orders: look, note, move on; nothing that edits an order behind its rules."""

from django.urls import URLPattern
from oscar.apps.dashboard.orders.apps import OrdersDashboardConfig as OscarOrdersDashboardConfig

# Where an order goes was checked when it was placed, so no page changes the address afterwards.
ROUTED = {"order-list", "order-detail", "order-detail-note"}


class OrdersDashboardConfig(OscarOrdersDashboardConfig):
    name = "shop.dashboard.orders"

    def get_urls(self) -> list[URLPattern]:
        return [url for url in super().get_urls() if url.name in ROUTED]
