"""What the review does when a prescription moves, or when a patient's answers change."""

from shop.patients import services as patients
from shop.patients.models import Patient
from shop.prescriptions import moving
from shop.prescriptions.models import Event
from shop.review import flags, services


class Review(moving.Follower, patients.Follower):
    def moved(self, event: Event) -> None:
        flags.follow(event)

    def answers_changed(self, patient: Patient, names: tuple[str, ...]) -> None:
        services.patient_changed(patient, names)
