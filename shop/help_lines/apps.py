"""Help lines."""

from django.apps import AppConfig


class HelpLinesConfig(AppConfig):
    name = "shop.help_lines"

    def ready(self) -> None:
        from shop.audit import guards
        from shop.help_lines import checks, models  # noqa: F401

        guards.register(models.Reading, refusal="what was read is never changed or deleted")
