"""What stands on the label of a dispensed pack: its fields in words, in the layout of the profile."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalogue.content.models import Medicine
from shop import days
from shop.dispensing.contents import Contents, Item, kept
from shop.dispensing.models import Dispensing
from shop.jurisdictions import loading
from shop.jurisdictions.profile import LabelField, LabelLayout
from shop.prescriptions.models import Supply


class NoLabel(Exception):
    """Nothing can be printed; says why."""


@dataclass(frozen=True)
class Label:
    """One pack's: the text of each field, and the code that a scanner reads from it."""

    layout: LabelLayout
    code: str
    fields: dict[LabelField, str]


def code_of(order: Any, number: int) -> str:
    """What a scanner reads from the label of an order's line, counted from 1."""
    return f"{order.number}-{number}"


def codes_of(order: Any, contents: Contents) -> list[str]:
    """The codes of all labels that are printed for an order."""
    numbered = enumerate(contents.items, start=1)
    return [code_of(order, number) for number, item in numbered if item.label]


def labels_of(made: Dispensing) -> list[Label]:
    """One for each pack that needs one. Raises NoLabel, and `VaultError`."""
    rule = loading.current().label.value
    if not rule.is_on:
        raise NoLabel(
            _(
                "The superintendent has not signed the label of these rules, so none is printed: "
                "use the label that the pharmacy has for them."
            )
        )
    found = []
    for number, item in enumerate(kept(made.contents).items, start=1):
        if item.prescription:
            texts = _texts(item, made, rule.layout)
            fields = {field: texts[field] for field in rule.fields}
            label = Label(rule.layout, code_of(made.order, number), fields)
            found += [label] * item.packs
    return found


def _texts(item: Item, made: Dispensing, layout: LabelLayout) -> dict[LabelField, str]:
    pharmacy = settings.DEMO_PHARMACY if settings.IS_DEMO else settings.PHARMACY
    supply = Supply.objects.select_related("authorisation__prescription__decided_by").get(
        order_line_id=item.line, returned_at__isnull=True
    )
    day = days.at_pharmacy(made.at)
    return {
        LabelField.PHARMACY: f"{pharmacy['name']}, {pharmacy['address']}",
        LabelField.PHONE: str(pharmacy["phone"]),
        LabelField.SERIAL: _("Rx %(number)s") % {"number": item.prescription},
        LabelField.DATE: _said(day),
        LabelField.PRESCRIBER: _("Prescriber: %(name)s") % {"name": item.prescriber},
        LabelField.PATIENT: item.patient,
        LabelField.DIRECTIONS: item.directions,
        LabelField.CAUTIONS: " ".join(_cautions(supply, layout)),
        LabelField.MEDICINE: f"{item.medicine} {item.strength}",
        LabelField.QUANTITY: item.size,
        LabelField.REFILLS: _refills(supply),
        LabelField.PHARMACIST: _("Pharmacist: %(name)s") % {"name": _pharmacist(supply)},
        LabelField.DISCARD: _("Discard after %(day)s, or the maker’s date if that is earlier")
        % {"day": _said(_a_year_after(day))},
        LabelField.CHILDREN: _("Keep out of the reach and sight of children"),
    }


def _said(day: datetime.date) -> str:
    # Numbers alone are read differently in the countries that we send to.
    return date_format(day, "j M Y")


def _a_year_after(day: datetime.date) -> datetime.date:
    """A year on, 28 February where the day is 29 February (LBL-1: the earlier of a year and the maker's)."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28) if is_leap_day else day.replace(year=day.year + 1)


def _cautions(supply: Supply, layout: LabelLayout) -> list[str]:
    """As the signed text of the medicine has them now."""
    medicine = Medicine.objects.select_related("shown").filter(
        product=supply.authorisation.medicine_id, shown__isnull=False
    )
    found = medicine.first()
    return found.shown.content.cautions_in(layout) if found and found.shown else []


def _refills(supply: Supply) -> str:
    authorisation = supply.authorisation
    left = authorisation.units_left // authorisation.units_per_supply
    until = authorisation.prescription.valid_until
    if not left or until is None:
        return _("Refills: %(left)s") % {"left": left}
    return _("Refills: %(left)s, until %(day)s") % {"left": left, "day": _said(until)}


def _pharmacist(supply: Supply) -> str:
    by = supply.authorisation.prescription.decided_by
    return by.name if by else ""
