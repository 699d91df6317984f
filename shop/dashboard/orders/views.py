"""Staff move an order on, one at a time, and are told why when it must stay."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from oscar.apps.dashboard.orders.views import (
    LineDetailView,
    OrderStatsView,
    ShippingAddressUpdateView,
)
from oscar.apps.dashboard.orders.views import OrderDetailView as OscarOrderDetailView
from oscar.apps.dashboard.orders.views import OrderListView as OscarOrderListView
from oscar.apps.order.exceptions import InvalidOrderStatus

from shop.dashboard import spreadsheets
from shop.dashboard.dispensing import queues
from shop.dashboard.dispensing.opening import PAGES
from shop.dashboard.orders import payments
from shop.order.correcting import CORRECTABLE
from shop.order_statuses import OrderStatus
from shop.sending.services import parcel_of
from shop.standing.question import obstacles_of

__all__ = [
    "LineDetailView",
    "OrderDetailView",
    "OrderListView",
    "OrderStatsView",
    "ShippingAddressUpdateView",
]


# Where the name of who ordered, and of who gets the parcel, is written.
NAMES = (
    "user__first_name",
    "user__last_name",
    "shipping_address__first_name",
    "shipping_address__last_name",
)


def _is_named(word: str) -> Q:
    found = Q()
    for name in NAMES:
        found |= Q(**{f"{name}__icontains": word})
    return found


class OrderListView(OscarOrderListView):
    actions = ("download_selected_orders", "change_order_statuses")

    def get_queryset(self) -> Any:
        found = super().get_queryset().select_related("payment_attempt")
        for word in self.form.words:
            found = found.filter(_is_named(word))
        return found

    def get_search_filter_descriptions(self) -> list[str]:
        described: list[str] = super().get_search_filter_descriptions()
        if self.form.words:
            words = _("Name contains “%(words)s”") % {"words": " ".join(self.form.words)}
            described.append(words)
        return described

    def download_selected_orders(self, request: HttpRequest, orders: Iterable[Any]) -> HttpResponse:
        rows = (self.get_row_values(order) for order in orders)
        cells = ([row.get(column, "") for column in self.CSV_COLUMNS] for row in rows)
        return spreadsheets.download("orders.csv", [self.CSV_COLUMNS.values(), *cells])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        movable = [
            status for status in context["order_statuses"] if status != OrderStatus.CANCELLED
        ]
        return {**context, "order_statuses": movable}

    def change_order_status(self, request: HttpRequest, order: Any) -> None:
        try:
            super().change_order_status(request, order)
        except InvalidOrderStatus as error:
            messages.error(request, f"{order.number}: {error}")


class OrderDetailView(OscarOrderDetailView):
    order_actions = ("save_note", "delete_note", "change_order_status")
    line_actions = ()

    def get_order_lines(self) -> Any:
        return self.object.lines.select_related(
            "medicine", "stockrecord", "supply__authorisation__prescription"
        )

    def get_order_status_form(self) -> Any:
        form = super().get_order_status_form()
        choices = form.fields["new_status"].choices
        form.fields["new_status"].choices = [
            each for each in choices if each[0] != OrderStatus.CANCELLED
        ]
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            **payments.of_order(self.object),
            "obstacles": obstacles_of(self.object),
            "parcel": parcel_of(self.object),
            "step": PAGES.get(queues.step_of(self.object), ""),
            "is_address_correctable": self.object.status in CORRECTABLE,
        }

    def change_order_status(self, request: HttpRequest, order: Any) -> HttpResponse:
        form = self.get_order_status_form()
        if not form.is_valid():
            return self.reload_page(error=form.errors.as_text())
        before, after = order.status, form.cleaned_data["new_status"]
        note = f"{before} → {after}"
        try:
            self.get_handler(user=request.user).handle_order_status_change(order, after, note)
        except InvalidOrderStatus as error:
            return self.reload_page(error=str(error))
        messages.success(request, note)
        return self.reload_page()
