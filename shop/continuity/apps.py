"""Continuity of supply: when it ends, and when the next one is due."""

from django.apps import AppConfig


class ContinuityConfig(AppConfig):
    name = "shop.continuity"
    label = "continuity"

    def ready(self) -> None:
        from shop.continuity import checks  # noqa: F401
