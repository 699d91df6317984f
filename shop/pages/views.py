"""The front page and the pages that say who the pharmacy is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.shortcuts import render
from oscar.core.loading import get_model

from catalogue.listing import medicines_with_prices
from shop.delivery.methods import methods
from shop.jurisdictions import loading

if TYPE_CHECKING:
    from django.http import HttpRequest

# Pages that say the same to everybody, by name: of the address, of the template, in the sitemap.
PLAIN = ("about", "complaints", "privacy", "accessibility")


def front_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/front.html", {"medicines": medicines_with_prices()})


def plain(request: HttpRequest, *, name: str) -> HttpResponse:
    return render(request, f"pages/{name}.html")


def how_prescriptions_work(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "pages/how_prescriptions_work.html",
        {"valid_for": loading.current().valid_for.value},
    )


def delivery(request: HttpRequest) -> HttpResponse:
    countries = get_model("address", "Country").objects.filter(
        iso_3166_1_a2__in=settings.LICENSED_COUNTRIES
    )
    return render(request, "pages/delivery.html", {"countries": countries, "methods": methods()})


def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: what anybody may, and nobody's own pages."""
    context = {"site_url": settings.SITE_URL}
    return render(request, "pages/robots.txt", context, content_type="text/plain")


def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say "ok" only while the database answers: a load balancer asks this."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database does not answer", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
