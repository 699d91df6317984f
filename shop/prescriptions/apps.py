"""Prescriptions: intake, review, and what may be supplied."""

from django.apps import AppConfig


class PrescriptionsConfig(AppConfig):
    name = "shop.prescriptions"

    def ready(self) -> None:
        from shop.audit import guards, states
        from shop.prescriptions import checks, history  # noqa: F401
        from shop.prescriptions.models import Authorisation, Event, Supply
        from shop.vault import witnessed

        # A new key seals the notes anew; what they say has its witness in the log.
        guards.register(Event, refusal="the history is never changed or deleted", but=("note",))
        witnessed.register(Event.objects.select_related("prescription"), history.contents_of)
        states.register(
            Authorisation, "authorisation", parts={"supply_rows": states.fields_of(Supply)}
        )
