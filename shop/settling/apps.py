"""Settling: what was paid becomes an order, or the money goes back."""

from django.apps import AppConfig


class SettlingConfig(AppConfig):
    name = "shop.settling"
    label = "settling"
