"""Dispensing: what was made up for an order, and the accuracy check without which nothing leaves."""

from django.apps import AppConfig


class DispensingConfig(AppConfig):
    name = "shop.dispensing"
    label = "dispensing"

    def ready(self) -> None:
        from shop.audit import guards, states
        from shop.dispensing.models import Check, Dispensing, Pick

        # A new key seals what was made up anew, so the seal may change; an end is written once.
        guards.keep(
            Dispensing,
            refusal="what was dispensed is never changed or deleted",
            columns=("order_id", "uuid", "by_id", "at", "ended_at", "ended_by_id", "ended_why"),
        )
        guards.register(Pick, refusal="what was picked is never changed or deleted")
        guards.register(Check, refusal="an accuracy check is never changed or deleted")
        states.register(Dispensing, "dispensing", parts={"picks": states.fields_of(Pick)})
        states.register(Check, "accuracy check")
