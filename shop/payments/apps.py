"""Payments: attempts to pay, and what is to be done about them at Stripe."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "shop.payments"
    label = "payments"

    def ready(self) -> None:
        from shop.payments import checks  # noqa: F401
