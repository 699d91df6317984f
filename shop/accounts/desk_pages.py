"""What pages for people who work here share: their place in the admin, who may open them, paging."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache

from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import Desk

PAGE_SIZE = 50
View = Callable[..., HttpResponse]


def only_for(may_open: Callable[[Any], bool]) -> Callable[[View], View]:
    """For others the page does not exist."""

    def guarded(view: View) -> View:
        @never_cache
        @wraps(view)
        def checked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may_open(request.user):
                raise Http404
            return view(request, *args, **kwargs)

        return checked

    return guarded


class DeskPages(admin.ModelAdmin):
    """A model's pages in the admin; its rows have no form there, since nobody edits them."""

    # Route, view and name of each.
    pages: ClassVar[tuple[tuple[str, View, str], ...]] = ()
    # What the menu of the desk calls the first of them, where it stands there, and whose menu it is.
    menu: ClassVar[Any] = ""
    place: ClassVar[int] = 0
    in_menu_of: ClassVar[frozenset[Desk]] = frozenset()

    def is_listed_for(self, user: Any) -> bool:
        """Whether the admin's first page leads there."""
        return False

    @property
    def address(self) -> str:
        """Where the first of the pages is."""
        return reverse(f"{self.admin_site.name}:{self.pages[0][2]}")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path(route, wrap(view), name=name) for route, view, name in self.pages]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.is_listed_for(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_listed_for(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def newest(rows: QuerySet[Any], form: forms.Form, *, number: str) -> tuple[list[Any], str]:
    """A page of rows that ``number`` counts down, and the query that leads to the one after it.

    The next page is found by number, so that nothing is counted.
    """
    if form.cleaned_data["before"]:
        rows = rows.filter(**{f"{number}__lt": form.cleaned_data["before"]})
    page = list(rows[: PAGE_SIZE + 1])
    shown = page[:PAGE_SIZE]
    if page == shown:
        return shown, ""
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    return shown, urlencode({**asked, "before": getattr(shown[-1], number)})
