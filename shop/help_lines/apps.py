"""Help lines."""

from django.apps import AppConfig


class HelpLinesConfig(AppConfig):
    name = "shop.help_lines"

    def ready(self) -> None:
        from shop.help_lines import checks  # noqa: F401
