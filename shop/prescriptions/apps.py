"""Prescriptions: intake, review, and what may be supplied."""

from django.apps import AppConfig


class PrescriptionsConfig(AppConfig):
    name = "shop.prescriptions"
    label = "prescriptions"

    def ready(self) -> None:
        from shop.prescriptions import checks  # noqa: F401
