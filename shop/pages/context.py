"""What every page says about the pharmacy and about the visitor's basket."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Q, Sum
from django.utils.functional import SimpleLazyObject
from oscar.core.loading import get_model

from catalogue.country import country_of
from shop.help_lines.table import emergency_number

if TYPE_CHECKING:
    from django.http import HttpRequest


def identity() -> dict[str, Any]:
    """The pharmacy's identity, and whether it is a demonstration."""
    return {
        "pharmacy": settings.DEMO_PHARMACY if settings.IS_DEMO else settings.PHARMACY,
        "is_demo": settings.IS_DEMO,
    }


def pharmacy(request: HttpRequest) -> dict[str, Any]:
    return {
        **identity(),
        "reader_country": country_of(request),
        "emergency_number": emergency_number(country_of(request)),
        "canonical_url": f"{settings.SITE_URL}{request.path}",
        "basket_count": SimpleLazyObject(lambda: _packs_in_basket(request)),
    }


def _packs_in_basket(request: HttpRequest) -> int:
    """
    Packs in the visitor's open basket, without loading the basket.

    Oscar's `request.basket` reads every line, its prices and the offers; a header needs a sum.
    """
    mine = Q()
    if request.user.is_authenticated:
        mine |= Q(basket__owner=request.user)
    cookie = request.COOKIES.get(settings.OSCAR_BASKET_COOKIE_OPEN)
    if cookie:
        with suppress(BadSignature):
            mine |= Q(basket_id=Signer().unsign(cookie), basket__owner=None)
    if not mine:
        return 0
    open_status = get_model("basket", "Basket").OPEN
    lines = get_model("basket", "Line").objects.filter(mine, basket__status=open_status)
    return lines.aggregate(packs=Sum("quantity"))["packs"] or 0
