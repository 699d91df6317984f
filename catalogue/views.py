"""Pages a visitor browses."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from oscar.apps.catalogue.views import CatalogueView, ProductCategoryView, ProductDetailView

__all__ = ["CatalogueView", "ProductCategoryView", "ProductDetailView"]


def add_pack(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:
    return redirect("basket:summary")


def search(request: HttpRequest) -> HttpResponse:
    return redirect("catalogue:index")
