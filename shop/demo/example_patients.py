"""The made-up patients of the demonstration's customers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from shop import days
from shop.accounts.models import User
from shop.patients import services as patients
from shop.patients.answers import Answers
from shop.patients.models import Patient, Relation

# Long enough ago that what changes quickly has to be looked at again.
MONTHS_AGO = datetime.timedelta(days=120)

HEALTHY = Answers(
    kidney_problems="no",
    liver="no",
    diabetes="no",
    high_blood_pressure="no",
    swallowing="no",
    indication="multiple_sclerosis",
    epilepsy="no",
    ulcer="never",
    stroke="no",
    parkinsons="no",
    breathing="no",
    porphyria="no",
    bladder="no",
    pump="no",
    mental_illness="no",
    self_harm="no",
    alcohol="sometimes",
    alcohol_drinks=1,
    other_drugs="no",
    driving="yes",
    takes_nothing_else=True,
    allergies="none",
    conditions="Multiple sclerosis",
    doctor="Dr Demo, Sampletown",
    may_write_to_doctor="yes",
)
IN_ADELAIDE = HEALTHY.but(
    address="12 Example Street\nAdelaide", state="SA", postcode="5000", country="AU"
)


@dataclass(frozen=True)
class DemoPatient:
    """Somebody to order for; `said` is how long ago the answers were given."""

    customer: str
    relation: Relation
    answers: Answers
    said: datetime.timedelta = datetime.timedelta(0)


PATIENTS = (
    DemoPatient(
        "anna@example.com",
        Relation.SELF,
        IN_ADELAIDE.but(
            patient_name="Anna Archer",
            date_of_birth=datetime.date(1984, 5, 17),
            sex_at_birth="female",
            pregnancy="no",
        ),
    ),
    DemoPatient(
        "anna@example.com",
        Relation.CARED_FOR,
        IN_ADELAIDE.but(
            patient_name="Arthur Archer",
            date_of_birth=datetime.date(1949, 11, 2),
            sex_at_birth="male",
            allergies="Penicillin",
            conditions="Stroke in 2021",
            indication="stroke",
            stroke="yes",
            kidney_problems="yes",
            egfr=54,
            alcohol="never",
            alcohol_drinks=None,
            driving="no",
            other_medicines="ramipril 5 mg\naspirin 100 mg",
            takes_nothing_else=False,
        ),
        MONTHS_AGO,
    ),
    DemoPatient(
        "uma@example.com",
        Relation.SELF,
        HEALTHY.but(
            patient_name="Uma Underwood",
            date_of_birth=datetime.date(1990, 1, 30),
            sex_at_birth="female",
            pregnancy="no",
            address="34 Sample Avenue\nPortland",
            state="OR",
            postcode="97201",
            country="US",
        ),
    ),
)


def create_patients() -> None:
    """Give each demo customer their patients, once: what they change stays changed."""
    without = set(User.objects.filter(patients__isnull=True).values_list("email", flat=True))
    for patient in PATIENTS:
        if patient.customer in without:
            _create(patient, user=User.objects.get(email=patient.customer))


def _create(patient: DemoPatient, *, user: User) -> None:
    day = days.at_pharmacy() - patient.said
    answers = patient.answers.but(egfr_on=day if patient.answers.egfr else None)
    row = Patient(user=user, relation=patient.relation)
    patients.keep(row, answers=answers.but(dates=dict.fromkeys(answers.values, day)))
