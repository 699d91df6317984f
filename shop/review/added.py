"""Medicines that a pharmacist read on the paper or heard of, and those struck out again."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.prescriptions.models import Prescription
from shop.review.models import AddedMedicine, MedicineSource, StruckMedicine
from shop.review.rules.outcomes import says_something
from shop.review.services import NotReady, hold, keep
from shop.review.settled import open_fields
from shop.review.work import Problem


@dataclass(frozen=True)
class Heard:
    """A medicine as it was written or said; where that was, and from whom or on what."""

    medicine: str
    source: str
    whose: str


def problems_with(heard: Heard) -> list[Problem]:
    """What is missing before it can be added; each at the field of this name."""
    needed = {
        "medicine": _("Enter one medicine, as it was written or said."),
        "source": _("Choose where you have it from."),
        "whose": _("Enter who said it, or on what it stands."),
    }
    found = [Problem(name, text) for name, text in needed.items() if not getattr(heard, name)]
    if heard.source and heard.source not in MedicineSource.values:
        found.append(Problem("source", needed["source"]))
    return found


def add(prescription: Prescription, *, by: User, heard: Heard) -> AddedMedicine:
    """Put it to the check, and open again what was settled without it.

    Raises NotReady, and what `services.hold` raises.
    """
    problems = problems_with(heard)
    if problems:
        raise NotReady(problems)
    with transaction.atomic():
        signatory = hold(prescription, by)
        row = AddedMedicine(
            prescription=prescription,
            source=heard.source,
            content={"medicine": heard.medicine, "whose": heard.whose},
            added_by=by,
            registration=signatory.registration,
        )
        open_fields(prescription, AddedMedicine.names)
        return keep(row, "medicine.add", signatory)


def counting(prescription: Prescription) -> QuerySet[AddedMedicine]:
    """What was added and is not struck out."""
    return AddedMedicine.objects.filter(prescription=prescription, struck__isnull=True)


def strike(prescription: Prescription, *, by: User, which: str, why: str) -> StruckMedicine:
    """Let a medicine count no more that was added by mistake, and open again what was settled with it.

    It stays in the record. ``which`` is its `uuid`. Raises NotReady, and what `services.hold` raises.
    """
    if not says_something(why):
        raise NotReady([Problem("why", _("Write why it is struck out."))])
    with transaction.atomic():
        signatory = hold(prescription, by)
        added = next((row for row in counting(prescription) if str(row.uuid) == which), None)
        if added is None:
            raise NotReady([Problem("which", _("Choose one that is not struck out."))])
        row = StruckMedicine(
            prescription=prescription,
            added=added,
            content={"why": why},
            struck_by=by,
            registration=signatory.registration,
        )
        open_fields(prescription, StruckMedicine.names)
        return keep(row, "medicine.strike", signatory)
