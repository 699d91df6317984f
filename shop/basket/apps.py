"""Basket: Oscar's, reading its lines without a query for each."""

from django.urls import URLPattern
from oscar.apps.basket.apps import BasketConfig as OscarBasketConfig

# The catalogue's own form adds packs, and vouchers do not exist for medicines.
ROUTED = {"summary"}


class BasketConfig(OscarBasketConfig):
    name = "shop.basket"

    def get_urls(self) -> list[URLPattern]:
        return [url for url in super().get_urls() if url.name in ROUTED]
