"""The menu of the desk: every page that the reader may open, on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib import admin

from shop.accounts.desk_pages import DeskPages
from shop.accounts.roles import desk_roles

register = template.Library()


@dataclass(frozen=True)
class Line:
    """One page of the menu."""

    menu: str
    address: str
    is_here: bool


@register.simple_tag(takes_context=True)
def desk_menu(context: dict[str, Any]) -> list[Line]:
    """The pages that are for the reader, in their order."""
    request = context["request"]
    roles = desk_roles(request.user)
    pages = [
        page
        for page in admin.site._registry.values()  # noqa: SLF001
        if isinstance(page, DeskPages) and page.in_menu_of & roles
    ]
    return [
        Line(str(page.menu), page.address, is_here=page.address == request.path)
        for page in sorted(pages, key=lambda page: page.place)
    ]
