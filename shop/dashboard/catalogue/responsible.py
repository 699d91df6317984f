"""What only the superintendent pharmacist says of a product, and the pages that are theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from shop.accounts.roles import is_superintendent

# What a customer is told that it is, and where it may go.
FIELDS = (
    "title",
    "slug",
    "description",
    "meta_title",
    "meta_description",
    "supply_countries",
    "dose_form",
)
# A new medicine, and kinds of products, which say what needs a prescription.
PAGES = frozenset(
    {
        "catalogue-product-create",
        "catalogue-class-create",
        "catalogue-class-update",
        "catalogue-class-delete",
        "catalogue-category-create",
        "catalogue-category-create-child",
        "catalogue-category-update",
        "catalogue-category-delete",
    }
)

View = Callable[..., HttpResponse]


def only_superintendent(view: View) -> View:
    """Refuse everybody else, a superuser too."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_superintendent(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
