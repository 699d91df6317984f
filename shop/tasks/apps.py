"""Tasks: what waits for a person, in one table."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    name = "shop.tasks"
    label = "tasks"
    verbose_name = _("Tasks")

    def ready(self) -> None:
        from shop.tasks import desk  # noqa: F401
