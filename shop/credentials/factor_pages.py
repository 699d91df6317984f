"""allauth's pages that change second factors, with what they change in the log that holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver

from shop.accounts.models import User, sign_in_changing
from shop.credentials.changes import who

View = Callable[..., HttpResponseBase]
# Those whose forms add, replace or take away a second factor.
CHANGING = {"mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes"}


def record_changes(patterns: Iterable[URLPattern | URLResolver]) -> set[str]:
    """Let each of these pages record what it changes; the names of those that were found."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= record_changes(pattern.url_patterns)
        elif pattern.name in CHANGING:
            pattern.callback = _recorded(pattern.callback)
            found.add(pattern.name)
    return found


def _recorded(view: View) -> View:
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or not isinstance(request.user, User):
            return view(request, *args, **kwargs)
        with sign_in_changing(request.user, by=who(request)):
            return view(request, *args, **kwargs)

    return page
