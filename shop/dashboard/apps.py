"""The staff pages that the pharmacy uses; Oscar's other dashboard pages are not routed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path
from django.views.generic import RedirectView
from oscar.apps.dashboard.apps import DashboardConfig as OscarDashboardConfig

View = Callable[..., HttpResponse]
READING = ("GET", "HEAD", "OPTIONS")

# Pages that Oscar opens to whoever may look, and that write when something is posted to them.
WRITING = {
    "order-list": "order.change_order",
    "order-detail": "order.change_order",
    "order-detail-note": "order.change_order",
    "catalogue-product-list": "catalogue.change_product",
    "catalogue-category-list": "catalogue.change_category",
    "catalogue-category-detail-list": "catalogue.change_category",
    "stock-alert-list": "partner.change_stockalert",
    "price-grid": "partner.change_stockrecord",
    "price-marks": "partner.change_stockrecord",
    "price-packs": "catalogue.change_product",
    "stock-batches": "partner.change_stockrecord",
    "stock-recalls": "partner.change_stockrecord",
}
# Pages of our own, and what opens them.
OPENING = {
    "price-list": ["partner.view_stockrecord"],
    "price-grid": ["partner.view_stockrecord"],
    "price-history": ["partner.view_stockrecord"],
    "price-marks": ["partner.view_stockrecord"],
    "price-packs": ["partner.view_stockrecord"],
    "price-take-back": ["partner.change_stockrecord"],
    "stock-batches": ["partner.view_stockrecord"],
    "stock-recalls": ["partner.view_stockrecord"],
    # Who has a batch is named there.
    "stock-recall": ["partner.change_stockrecord"],
    "stock-letters": ["partner.change_stockrecord"],
    "stock-recall-end": ["partner.change_stockrecord"],
    "stock-confirm": ["partner.change_stockrecord"],
}


def writing_needs(permission: str) -> Callable[[View], View]:
    """Let only those post who may change, not those who may look."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in READING and not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


class DashboardConfig(OscarDashboardConfig):
    name = "shop.dashboard"

    def configure_permissions(self) -> None:
        super().configure_permissions()
        self.permissions_map.update(OPENING)

    def get_urls(self) -> list[URLPattern]:
        from django.contrib.auth.views import LogoutView

        from shop.dashboard.prices.urls import urlpatterns as prices
        from shop.dashboard.stock.urls import urlpatterns as stock

        sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)
        return self.post_process_urls(
            [
                path("", self.index_view.as_view(), name="index"),
                path("catalogue/", include(self.catalogue_app.urls[0])),
                path("orders/", include(self.orders_app.urls[0])),
                *prices,
                *stock,
                path("login/", sign_in, name="login"),
                path("logout/", LogoutView.as_view(next_page="/"), name="logout"),
            ]
        )

    def get_url_decorator(self, pattern: URLPattern) -> Callable[[View], View] | None:
        opens = super().get_url_decorator(pattern)
        if pattern.name not in WRITING:
            return opens
        writes = writing_needs(WRITING[pattern.name])
        return (lambda view: opens(writes(view))) if opens else writes
