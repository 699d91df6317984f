"""The pages that search engines are told of, at the address the shop calls its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse
from oscar.apps.catalogue.models import Category

from catalogue.content.models import Tag
from catalogue.listing import medicines, on_show
from catalogue.models import Product
from shop.pages.views import PLAIN

PAGES = ("home", "catalogue:index", "how-prescriptions-work", "delivery", "help-now", *PLAIN)


class ShopSitemap(Sitemap):
    """Addresses as in the canonical links, whatever host was asked."""

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme


class Pages(ShopSitemap):
    def items(self) -> list[str]:
        return list(PAGES)

    def location(self, item: str) -> str:
        return reverse(item)


class Medicines(ShopSitemap):
    def items(self) -> QuerySet[Product]:
        return medicines()


class Categories(ShopSitemap):
    def items(self) -> QuerySet[Category]:
        return Category.objects.filter(is_public=True, ancestors_are_public=True).order_by("path")


class Tags(ShopSitemap):
    def items(self) -> QuerySet[Tag]:
        return Tag.objects.filter(products__in=on_show()).distinct()


SITEMAPS = {"pages": Pages, "medicines": Medicines, "categories": Categories, "tags": Tags}
