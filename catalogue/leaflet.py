"""The leaflet of a medicine as PDF, from the same content as its page."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.content.models import ContentVersion
from catalogue.country import country_of
from catalogue.models import Product
from catalogue.sheet import Edition, Length, Paper, Print
from catalogue.short_sheet import leaflet_of
from catalogue.whole_sheet import whole_text_of
from shop import days
from shop.help_lines.printing import printed_number, ticked_in


@require_safe
def leaflet(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:  # noqa: ARG001
    """The leaflet, or the whole text, on the paper and in the print the address names."""
    try:
        paper = Paper(request.GET.get("paper", Paper.A4))
        size = Print(request.GET.get("print", Print.NORMAL))
        length = Length(request.GET.get("text", Length.SHORT))
    except ValueError:
        raise Http404 from None
    product = get_object_or_404(
        Product.objects.select_related("medicine__shown__signature")
        .defer("medicine__shown__document")
        .filter(is_public=True, parent__isnull=True, medicine__shown__isnull=False),
        pk=pk,
    )
    country = country_of(request)
    edition = (paper, size, length)
    return leaflet_of_version(request, product, product.medicine.shown, edition, country=country)


def leaflet_of_version(
    request: HttpRequest,
    product: Product,
    version: ContentVersion,
    edition: tuple[Paper, Print, Length] = (Paper.A4, Print.NORMAL, Length.SHORT),
    *,
    country: str,
) -> HttpResponse:
    """The leaflet of one version for the readers of one country."""
    paper, size, length = edition
    context = {"product": product, "version": version, "country": country}
    made_for = Edition(
        paper=paper,
        size=size,
        length=length,
        head=render_to_string("oscar/catalogue/leaflet_head.txt", context, request),
        foot=render_to_string("oscar/catalogue/leaflet_foot.txt", context, request),
        language=get_language() or "en",
        country=country,
        ticked=ticked_in(country, today=days.at_pharmacy()),
    )
    name = f"{product.slug}-{version.number}-{length}-{paper}-{size}.pdf"
    return HttpResponse(
        leaflet_pdf(version.pk, version.digest, made_for),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


# A version never changes, so its leaflet is made once in a process.
@lru_cache(maxsize=32)
def leaflet_pdf(version_pk: int, _digest: str, edition: Edition) -> bytes:
    """The PDF of a version; the whole text where its files name nothing for a leaflet."""
    version = ContentVersion.objects.get(pk=version_pk)
    number = printed_number(edition.country, edition.ticked) or _("the emergency number")
    content = version.content.for_country(edition.country, number=number)
    is_short = edition.length == Length.SHORT and content.short
    sheet = leaflet_of(content, edition) if is_short else whole_text_of(content, edition)
    sheet.set_creation_date(version.loaded_at)
    return bytes(sheet.output())
