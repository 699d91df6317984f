"""What the register holds of one supply (Human Medicines Regulations 2012, regulation 253)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from catalogue.amounts import DoseForm, Strength


@dataclass(frozen=True)
class Particulars:
    """``issued_on`` is the date on the prescription, as ISO writes it; empty is what was not read.

    ``said_by_patient`` names what the prescription did not show, so that the patient's word stands.
    """

    medicine: str
    form: DoseForm
    strength: Strength
    units: int
    issued_on: str
    prescriber: str
    prescriber_kind: str
    prescriber_address: str
    prescriber_number: str
    patient: str
    patient_address: str
    said_by_patient: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> Particulars:
        """From a sealed field."""
        return cls(
            **{
                **held,
                "form": DoseForm(held["form"]),
                "strength": Strength(held["strength"]),
                "said_by_patient": tuple(held["said_by_patient"]),
            }
        )

    def as_json(self) -> dict[str, Any]:
        """For a sealed field, and for the keyed hash of it."""
        return {**asdict(self), "said_by_patient": list(self.said_by_patient)}

    @property
    def supplied(self) -> str:
        """In words: "60 tablets of 10 mg"."""
        return self.form.counted_of(self.units, self.strength)

    @property
    def is_complete(self) -> bool:
        """Whether everything is there that the regulation asks for."""
        asked = (self.issued_on, self.prescriber, self.prescriber_address)
        return all((*asked, self.patient, self.patient_address))
