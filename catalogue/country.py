"""The reader's country: their choice, in a cookie, or else the shop's; never in an address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from catalogue.content.sections import Country
from catalogue.models import Product

COOKIE = "reader_country"
KEPT_SECONDS = 180 * 24 * 60 * 60


def country_of(request: HttpRequest) -> Country:
    """The country whose texts this reader wants to see."""
    chosen = request.COOKIES.get(COOKIE, "")
    return Country(chosen if chosen in Country.values else settings.CONTENT_COUNTRY)


@require_POST
def choose_country(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:  # noqa: ARG001
    """Remember the country and go back to the medicine. No session is made."""
    product = get_object_or_404(Product, pk=pk, is_public=True, parent__isnull=True)
    response = redirect(f"{product.get_absolute_url()}#country")
    chosen = request.POST.get("country", "")
    if chosen in Country.values:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=KEPT_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
