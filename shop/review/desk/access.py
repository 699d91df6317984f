"""Who may see the desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache

from shop.accounts.requests import SignedInRequest

View = Callable[..., HttpResponse]


def for_pharmacists(view: View) -> View:
    """Only a pharmacist whose registration is valid today; for others the page does not exist."""

    @never_cache
    @wraps(view)
    def checked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_pharmacist:
            raise Http404
        return view(request, *args, **kwargs)

    return checked
