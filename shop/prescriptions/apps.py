"""Prescriptions: intake, review, and what may be supplied."""

from django.apps import AppConfig


class PrescriptionsConfig(AppConfig):
    name = "shop.prescriptions"
    label = "prescriptions"

    def ready(self) -> None:
        from shop.audit import witnesses
        from shop.prescriptions import checks, history  # noqa: F401

        witnesses.register(history.witnessed_rows)
