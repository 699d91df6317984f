"""What a patient with nothing much the matter answers, as a browser sends it and as it is kept."""

from __future__ import annotations

from typing import Any

from shop.patients.questions import Question

HEALTH = {
    "kidney_problems": "no",
    "liver": "no",
    "diabetes": "no",
    "high_blood_pressure": "no",
    "swallowing": "no",
}
LIFE = {"alcohol": "never", "other_drugs": "no", "driving": "no"}
DOCTOR = {"doctor": "Dr M. Sample, Sampletown", "may_write_to_doctor": "yes"}
# What baclofen asks of its own.
BACLOFEN = {
    "indication": "multiple_sclerosis",
    "epilepsy": "no",
    "ulcer": "never",
    "stroke": "no",
    "parkinsons": "no",
    "breathing": "no",
    "porphyria": "no",
    "bladder": "no",
    "pump": "no",
    "mental_illness": "no",
    "self_harm": "no",
}
HEALTHY: dict[str, Any] = {
    **HEALTH,
    **LIFE,
    **DOCTOR,
    **BACLOFEN,
    "allergies": "none",
    "conditions": "none",
}
# With each prescription, of somebody who takes it already.
EACH_TIME = {
    "taking": "here",
    "present_mg_a_day": "30",
    "days_left": "10",
    "how_it_went": "fine",
    "nothing_new": "on",
}
BORN = {"date_of_birth_day": "14", "date_of_birth_month": "3", "date_of_birth_year": "1968"}
WHO = {
    "relation": "self",
    "patient_name": "Robin Example",
    **BORN,
    "sex_at_birth": "male",
    "address": "3 Sample Lane, Sydney",
    "state": "NSW",
    "postcode": "2000",
    "country": "AU",
}
# As a browser sends them from the page of a patient, and from that of a prescription.
OF_A_PATIENT: dict[str, str] = {**WHO, **HEALTHY, "other_medicines": "ramipril"}
OF_A_PRESCRIPTION: dict[str, str] = {**OF_A_PATIENT, **EACH_TIME, "consent": "on"}
GIVEN = {
    "tick": True,
    "number": 61.5,
    "count": 61,
    "date": "1980-01-02",
    "country": "AU",
    "state": "NSW",
    "postcode": "2061",
    "phone": "+61 2 5550 1234",
}


def answer_to(question: Question) -> Any:
    """An answer that no other question has, where its kind lets it."""
    if question.kind == "choice":
        return list(question.options)[-1]
    return GIVEN.get(question.kind, f"said of {question.name}")
