"""Closing an account, and removing a patient."""

from django.apps import AppConfig


class ClosingConfig(AppConfig):
    name = "shop.closing"
    label = "closing"
