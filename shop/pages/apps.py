"""Pages: who the pharmacy is, and the first page of the shop."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "shop.pages"
    label = "pages"

    def ready(self) -> None:
        from shop.pages import checks, start  # noqa: F401
