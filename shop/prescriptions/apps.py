"""Prescriptions: intake, review, and what may be supplied."""

from django.apps import AppConfig
from django.db.models import Q

# What a prescription says is sealed for its row, its events have witnesses, and a decision keeps its own
# copy; the version counts windows, the fingerprint only finds what looks alike.
NOT_HELD_TO_THE_LOG = (
    "version",
    "answers_json",
    "typed",
    "days_left",
    "question",
    "answer",
    "message",
    "fingerprint",
)


class PrescriptionsConfig(AppConfig):
    name = "shop.prescriptions"

    def ready(self) -> None:
        from shop.audit import guards, states
        from shop.prescriptions import checks, history  # noqa: F401
        from shop.prescriptions.models import Authorisation, Event, Prescription, Supply
        from shop.prescriptions.statuses import Status
        from shop.vault import witnessed

        # A new key seals the notes anew; what they say has its witness in the log.
        guards.register(Event, refusal="the history is never changed or deleted", but=("note",))
        witnessed.register(Event.objects.select_related("prescription"), history.contents_of)
        states.register(
            Prescription,
            "prescription",
            but=NOT_HELD_TO_THE_LOG,
            key="reference",
            where=~Q(status=Status.DRAFT),
            apart={"owner": ("user_id", "patient_id")},
        )
        states.register(
            Authorisation, "authorisation", parts={"supply_rows": states.fields_of(Supply)}
        )
