"""Payments: attempts to pay, and what is to be done about them at Stripe."""

from django.apps import AppConfig

# When it was last touched, and how often the shop could not go on with it.
NOT_HELD_TO_THE_LOG = ("changed_at", "stumbles", "stumbled_over")


class PaymentsConfig(AppConfig):
    name = "shop.payments"
    label = "payments"

    def ready(self) -> None:
        from shop.audit import states
        from shop.payments import checks  # noqa: F401
        from shop.payments.models import PaymentAttempt, Refund

        states.register(PaymentAttempt, "payment", but=NOT_HELD_TO_THE_LOG)
        states.register(
            Refund,
            "refund",
            but=("changed_at",),
            parts={"lines": ("order_line_id", "quantity")},
        )
