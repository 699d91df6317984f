"""Gathers what the register is to hold from the approval that a supply rests on."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from shop.patients.answers import Answers
from shop.prescriptions.models import Prescription, Supply
from shop.register.particulars import Particulars
from shop.review.models import Decision, DecisionKind


class NothingDecided(LookupError):
    """Nobody can say what the supply rests on: no approval was kept, or not what was sold."""


def particulars_of(supply: Supply, *, moment: datetime.datetime) -> Particulars:
    """What was sold, on the approval in force at the moment.

    Raises `VaultError` and `NothingDecided`.
    """
    sold = supply.order_line
    if sold.medicine is None or sold.strength is None:
        raise NothingDecided(supply)
    prescription = supply.authorisation.prescription
    read = approved_transcription(prescription, moment=moment)
    said = _said(prescription.answers)
    missing = tuple(name for name in said if not read.get(name))
    return Particulars(
        medicine=sold.medicine.title,
        form=sold.medicine.form,
        strength=sold.strength,
        units=sold.units_sold,
        issued_on=read["issued_on"],
        prescriber=read["prescriber"],
        prescriber_kind=read.get("prescriber_kind", ""),
        prescriber_address=read.get("prescriber_address", ""),
        prescriber_number=read.get("prescriber_number", ""),
        patient=read.get("patient_name") or said["patient_name"],
        patient_address=read.get("address") or said["address"],
        said_by_patient=tuple(name for name in missing if said[name]),
    )


def approved_transcription(
    prescription: Prescription, *, moment: datetime.datetime | None = None
) -> dict[str, Any]:
    """What the pharmacist read on the prescription and approved, by the moment; raises NothingDecided."""
    decision = Decision.objects.filter(
        prescription=prescription,
        kind=DecisionKind.APPROVED,
        decided_at__lte=moment or timezone.now(),
    ).last()
    if decision is None:
        raise NothingDecided(prescription)
    read: dict[str, Any] = decision.frozen["transcription"]
    return read


def _said(answers: Answers) -> dict[str, str]:
    where = (answers.where, answers.country)
    return {
        "patient_name": answers.patient_name,
        "address": ", ".join(part for part in where if part),
    }
