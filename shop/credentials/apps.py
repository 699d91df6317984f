"""Credentials: how people sign in, who changes that, and who is told."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "shop.credentials"
    label = "credentials"

    def ready(self) -> None:
        from shop.credentials import admin, signals  # noqa: F401

        signals.connect()
