"""The front page and the pages that say who the pharmacy is."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.shortcuts import render

from catalogue.country import country_of
from catalogue.listing import medicines_with_prices
from shop.addresses import countries
from shop.delivery.methods import methods
from shop.help_lines.table import TABLE, emergency_number, name_of
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
    context = {"countries": countries.licensed(), "methods": methods()}
    return render(request, "pages/delivery.html", context)


def help_now(request: HttpRequest) -> HttpResponse:
    """Whom to call, in the country that the address names, or that the reader has chosen."""
    asked = request.GET.get("country", "")
    country = asked if asked in TABLE.countries else str(country_of(request))
    context = {
        "country": country,
        "country_name": name_of(country),
        "countries": TABLE.names(),
        "emergency_number": emergency_number(country),
        "read_on": datetime.date.fromisoformat(TABLE.read_on),
    }
    return render(request, "pages/help_now.html", context)


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
