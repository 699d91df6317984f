"""Payments: attempts to pay, and what is to be done about them at Stripe."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "shop.payments"
    label = "payments"

    def ready(self) -> None:
        from shop.audit import states
        from shop.payments import checks  # noqa: F401
        from shop.payments.models import Refund

        states.register(
            Refund,
            "refund",
            but=("changed_at",),
            parts={"lines": ("order_line_id", "quantity")},
        )
