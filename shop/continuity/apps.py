"""Continuity of supply: when the tablets end, and when the next ones are due."""

from django.apps import AppConfig


class ContinuityConfig(AppConfig):
    name = "shop.continuity"
    label = "continuity"

    def ready(self) -> None:
        from shop.continuity import checks  # noqa: F401
