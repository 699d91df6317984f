"""The pages that are the superintendent pharmacist's; what else of a product is, `catalogue.editing` says."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from shop.accounts.roles import is_superintendent

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
