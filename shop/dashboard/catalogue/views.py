"""Product pages of the staff, without what promotes a product."""

from typing import Any

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oscar.apps.dashboard.catalogue.views import (
    ProductCreateUpdateView as OscarProductCreateUpdateView,
)
from oscar.apps.dashboard.catalogue.views import ProductDeleteView as OscarProductDeleteView


class ProductCreateUpdateView(OscarProductCreateUpdateView):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.formsets["recommended_formset"]


class ProductDeleteView(OscarProductDeleteView):
    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except ProtectedError:
            messages.error(
                self.request,
                _("Clinical content or a prescription refers to it. Make it not public instead."),
            )
            return redirect("dashboard:catalogue-product", pk=self.kwargs["pk"])
