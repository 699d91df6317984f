"""What the review does when a prescription moves, or when a patient's answers change."""

from shop.patients import services as patients
from shop.patients.models import Patient
from shop.prescriptions import moving
from shop.prescriptions.history import subject_of
from shop.prescriptions.models import Event
from shop.prescriptions.statuses import Action
from shop.review import flags, services
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind

# After these nobody has to say any more when the next supply may be ordered.
ENDS_THE_QUESTION = (Action.APPROVE, Action.USE_UP, Action.EXPIRE, Action.WITHDRAW)


class Review(moving.Follower, patients.Follower):
    def moved(self, event: Event) -> None:
        flags.follow(event)
        if event.action == Action.APPROVE:
            self._close(Kind.BLOCKED_TAKER, event)
        if event.action in ENDS_THE_QUESTION:
            self._close(Kind.NEXT_SUPPLY, event)

    def _close(self, kind: Kind, event: Event) -> None:
        how = str(event.get_action_display())
        tasks.close(kind, about=subject_of(event.prescription), how=how, by=event.by)

    def answers_changed(self, patient: Patient, names: tuple[str, ...]) -> None:
        services.patient_changed(patient, names)

    def list_changed(self, patient: Patient) -> None:
        """What is being reviewed stays: only nothing is ordered on it."""
