"""The menu of the desk: every page that the reader may open, on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shop.accounts.desk_pages import DeskPages
from shop.accounts.roles import Desk, desk_roles

register = template.Library()

# Other rooms of the house: for whom, where, and what the menu calls them. Each asks for itself.
ROOMS = (
    ({Desk.STAFF, Desk.SUPERINTENDENT}, "dashboard:price-list", _("Prices and stock")),
    ({Desk.PHARMACIST}, "dispensing:lists", _("Dispensary")),
)


@dataclass(frozen=True)
class Line:
    """One page of the menu."""

    menu: str
    address: str
    is_here: bool


@register.simple_tag(takes_context=True)
def desk_roles_here(context: dict[str, Any]) -> frozenset[Desk]:
    """What the reader is at the desk; two queries, asked once for a page."""
    return desk_roles(context["request"].user)


@register.simple_tag(takes_context=True)
def desk_menu(context: dict[str, Any], roles: frozenset[Desk]) -> list[Line]:
    """The pages that are for these roles, in their order."""
    request = context["request"]
    pages = [
        page
        for page in admin.site._registry.values()  # noqa: SLF001
        if isinstance(page, DeskPages) and page.in_menu_of & roles
    ]
    return [
        Line(str(page.menu), page.address, is_here=page.address == request.path)
        for page in sorted(pages, key=lambda page: page.place)
    ]


@register.simple_tag
def desk_rooms(roles: frozenset[Desk]) -> list[Line]:
    """The other rooms of the house that are for these roles."""
    rooms = [(reverse(name), label) for whose, name, label in ROOMS if whose & roles]
    return [Line(str(label), address, is_here=False) for address, label in rooms]
