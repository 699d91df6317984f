"""Pages: who the pharmacy is, and the first page of the shop."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class PagesConfig(AppConfig):
    name = "shop.pages"
    label = "pages"

    def ready(self) -> None:
        from shop.pages import checks  # noqa: F401


class NeededStaticFilesConfig(StaticFilesConfig):
    """Leaves out of the collected files what Oscar brings and no page of ours loads."""

    ignore_patterns = (
        *StaticFilesConfig.ignore_patterns,
        "bootstrap4-datetimepicker",
        "inputmask",
        "mousewheel",
        "scss",
        "tinymce",
    )
