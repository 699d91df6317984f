"""What is to be dispensed for an order today: for whom, what, how much, and how it is to be taken."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from catalogue.content.models import Medicine
from shop.jurisdictions import loading
from shop.prescriptions.models import Prescription, Supply
from shop.register.gathering import NothingDecided, approved_transcription


@dataclass(frozen=True)
class Item:
    """One line of an order; the last eight are empty where it needs no prescription."""

    line: int
    sku: str
    medicine: str
    strength: str
    # Of one pack: "60 tablets", and how many of those packs.
    size: str
    packs: int
    quantity: str = ""
    patient: str = ""
    # ISO 8601.
    born: str = ""
    directions: str = ""
    prescription: str = ""
    prescriber: str = ""
    # The number of the version of our leaflet that goes with it, and the label's layout.
    leaflet: str = ""
    label: str = ""

    @property
    def pack(self) -> str:
        """What is printed on the pack, in words: "10 mg × 60 tablets"."""
        return f"{self.strength} × {self.size}" if self.strength else self.medicine

    @property
    def strength_in_words(self) -> str:
        """As the medicine's form says it; empty where it is no medicine."""
        return self.strength

    @property
    def born_on(self) -> datetime.date | None:
        return datetime.date.fromisoformat(self.born) if self.born else None


@dataclass(frozen=True)
class Contents:
    """All that is to leave for one order."""

    items: tuple[Item, ...]

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(item) for item in self.items]

    @property
    def is_labelled(self) -> bool:
        return any(item.label for item in self.items)

    @property
    def is_prescribed(self) -> bool:
        return any(item.prescription for item in self.items)


def kept(contents: list[dict[str, Any]]) -> Contents:
    """The contents as a row has kept them."""
    return Contents(tuple(Item(**item) for item in contents))


def of(order: Any) -> Contents:
    """What leaves for the order as things stand.

    Raises `VaultError`, and `NothingDecided` where nothing says what a line rests on.
    """
    return Contents(tuple(_items(order)))


def _items(order: Any) -> Iterator[Item]:
    supplies = Supply.objects.filter(order_line__order=order, returned_at__isnull=True)
    by_line = {
        supply.order_line_id: supply
        for supply in supplies.select_related("authorisation__prescription").order_by("pk")
    }
    for line in order.lines.select_related("medicine", "order").order_by("pk"):
        if line.is_taken_out:
            continue
        supply = by_line.get(line.pk)
        if supply is None and line.needed_prescription:
            raise NothingDecided(line)
        yield Item(**_goods(line), **(_prescribed(supply, line) if supply else {}))


def _goods(line: Any) -> dict[str, Any]:
    goods = {"line": line.pk, "sku": line.partner_sku, "packs": line.quantity}
    if line.medicine is None or line.strength is None:
        return {**goods, "medicine": line.title, "strength": "", "size": ""}
    form = line.medicine.form
    return {
        **goods,
        "medicine": line.medicine.title,
        "strength": line.strength.words,
        "size": form.counted(line.units),
        "quantity": form.counted(line.units_sold),
    }


def _prescribed(supply: Supply, line: Any) -> dict[str, Any]:
    prescription = supply.authorisation.prescription
    label = loading.current().label.value
    return {
        **_patient(prescription),
        "leaflet": _leaflet(line),
        "label": str(label.layout) if label.is_on else "",
        "directions": supply.authorisation.directions,
        "prescription": prescription.reference,
    }


def _patient(prescription: Prescription) -> dict[str, str]:
    """As the pharmacist read it on the paper; as the patient said it where that is not written there."""
    read, said = approved_transcription(prescription), prescription.answers
    born = said.date_of_birth.isoformat() if said.date_of_birth else ""
    return {
        "patient": read.get("patient_name") or said.patient_name,
        "born": read.get("date_of_birth") or born,
        "prescriber": read.get("prescriber") or prescription.prescriber,
    }


def _leaflet(line: Any) -> str:
    shown = Medicine.objects.filter(product=line.medicine_id)
    return str(shown.values_list("shown__number", flat=True).first() or "")
