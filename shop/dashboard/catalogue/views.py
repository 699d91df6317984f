"""Product pages of the staff, without what promotes a product."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from oscar.apps.dashboard.catalogue.views import (
    ProductClassCreateView as OscarProductClassCreateView,
)
from oscar.apps.dashboard.catalogue.views import (
    ProductClassDeleteView as OscarProductClassDeleteView,
)
from oscar.apps.dashboard.catalogue.views import (
    ProductClassUpdateView as OscarProductClassUpdateView,
)
from oscar.apps.dashboard.catalogue.views import (
    ProductCreateUpdateView as OscarProductCreateUpdateView,
)
from oscar.apps.dashboard.catalogue.views import ProductDeleteView as OscarProductDeleteView

from catalogue import recorded
from catalogue.content import sale
from catalogue.content.models import Medicine
from catalogue.editing import editing
from catalogue.models import Product
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.accounts.roles import is_superintendent
from shop.audit.watching import Watch


class Recorded:
    """A page whose changes the log gets to know, with what was there before."""

    watch: Watch

    def family(self) -> Iterable[Model]:
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not isinstance(request.user, User):
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        user = request.user
        with editing(
            self.family, actor=actor_of(user), says_what_it_is=is_superintendent(user)
        ) as self.watch:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class RecordedProduct(Recorded):
    kwargs: dict[str, Any]
    object: Product | None = None

    def family(self) -> Iterable[Model]:
        """The product of the page, its medicine and its packs, with their prices and stock."""
        product = self.object
        made = product.pk if product is not None else None
        return recorded.family(self.kwargs.get("pk"), self.kwargs.get("parent_pk"), made)()


class _NotValid(Exception):
    """Something that was filled in is wrong, so nothing of it is kept."""


class ProductCreateUpdateView(RecordedProduct, OscarProductCreateUpdateView):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.formsets["recommended_formset"]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        medicine = self.parent or self.object
        known = Medicine.objects.filter(product=medicine).select_related("shown").first()
        return {**context, "not_on_sale": sale.why_not(known) if medicine else ""}

    def process_all_forms(self, form: Any) -> HttpResponse:
        """Save all or nothing; Oscar deletes a new product again, and what was public stays."""
        try:
            with transaction.atomic():
                return super().process_all_forms(form)
        except _NotValid as found:
            if self.creating and self.object is not None:
                self.object.pk, self.object = None, None
            return super().forms_invalid(form, found.args[0])

    # Oscar names one function three times.
    form_valid = form_invalid = process_all_forms

    def forms_invalid(self, form: Any, formsets: dict[str, Any]) -> HttpResponse:
        raise _NotValid(formsets)


class RecordedClass(Recorded):
    def family(self) -> Iterable[Model]:
        return recorded.classes()


class ProductClassCreateView(RecordedClass, OscarProductClassCreateView):
    pass


class ProductClassUpdateView(RecordedClass, OscarProductClassUpdateView):
    pass


class ProductClassDeleteView(RecordedClass, OscarProductClassDeleteView):
    pass


class ProductDeleteView(RecordedProduct, OscarProductDeleteView):
    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().delete(request, *args, **kwargs)
        except (ProtectedError, IntegrityError):
            messages.error(
                request,
                _("It has been on sale, or something refers to it. Make it not public instead."),
            )
            return redirect("dashboard:catalogue-product", pk=self.kwargs["pk"])

    def handle_deleting_last_child(self, parent: Product) -> None:
        """A medicine without packs stays a parent: it is an information page."""
