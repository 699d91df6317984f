"""Jurisdiction profiles."""

from django.apps import AppConfig


class JurisdictionsConfig(AppConfig):
    name = "shop.jurisdictions"
    label = "jurisdictions"

    def ready(self) -> None:
        from shop.jurisdictions import checks  # noqa: F401
