"""The specimen that a newcomer sends says what the demonstration knows of the patient."""

from __future__ import annotations

from shop.demo.example_patients import PATIENTS
from shop.demo.specimen import LINES


def test_it_is_made_out_for_the_first_patient() -> None:
    anna = PATIENTS[0].answers
    assert anna.date_of_birth is not None

    assert LINES[0] == f"Patient: {anna.patient_name}, born {anna.date_of_birth:%-d %B %Y}"
