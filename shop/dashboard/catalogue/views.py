"""Product pages of the staff, without what promotes a product."""

from typing import Any

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oscar.apps.dashboard.catalogue.views import (
    ProductCreateUpdateView as OscarProductCreateUpdateView,
)
from oscar.apps.dashboard.catalogue.views import ProductDeleteView as OscarProductDeleteView

from catalogue.models import Product


class ProductCreateUpdateView(OscarProductCreateUpdateView):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.formsets["recommended_formset"]


class ProductDeleteView(OscarProductDeleteView):
    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().delete(request, *args, **kwargs)
        except ProtectedError:
            messages.error(
                request,
                _("Clinical content or a prescription refers to it. Make it not public instead."),
            )
            return redirect("dashboard:catalogue-product", pk=self.kwargs["pk"])

    def handle_deleting_last_child(self, parent: Product) -> None:
        """A medicine without packs stays a parent: it is an information page."""
