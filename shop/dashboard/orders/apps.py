"""Staff pages for orders: look, note, move on; nothing that edits an order behind its rules."""

from django.urls import URLPattern, path
from oscar.apps.dashboard.orders.apps import OrdersDashboardConfig as OscarOrdersDashboardConfig

ROUTED = {"order-list", "order-detail", "order-detail-note"}
# Pages of our own that lead to a change, so looking at them takes the same right.
CHANGING = ("order-cancel", "order-refund", "order-look-again", "order-address")


class OrdersDashboardConfig(OscarOrdersDashboardConfig):
    name = "shop.dashboard.orders"

    def configure_permissions(self) -> None:
        super().configure_permissions()
        self.permissions_map["payment-list"] = ["order.view_order"]
        for name in CHANGING:
            self.permissions_map[name] = ["order.view_order", "order.change_order"]

    def get_urls(self) -> list[URLPattern]:
        from shop.dashboard.orders import addresses, payments

        own = [
            path("payments/", payments.list_payments, name="payment-list"),
            path("<str:number>/cancel/", payments.cancel_order, name="order-cancel"),
            path("<str:number>/address/", addresses.correct, name="order-address"),
            path("<str:number>/refund/", payments.refund_order, name="order-refund"),
            path("<str:number>/look-again/", payments.look_again, name="order-look-again"),
        ]
        theirs = [url for url in super().get_urls() if url.name in ROUTED]
        return [*self.post_process_urls(own), *theirs]
