"""Writes what a decision allows, without losing what was supplied on an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext

from catalogue.content.models import Medicine
from shop.prescriptions.models import Authorisation, Prescription


@dataclass(frozen=True)
class Allowance:
    """Tablets of one strength of a medicine that a pharmacist allows."""

    medicine_id: int
    strength_mg: int
    tablets_per_supply: int
    supplies: int
    directions: str
    tablets_a_day: Decimal | None = None

    @property
    def tablets(self) -> int:
        return self.tablets_per_supply * self.supplies


class BelowSupplied(Exception):
    """More tablets than these have been supplied already."""

    def __init__(self, authorisation: Authorisation) -> None:
        self.authorisation = authorisation
        super().__init__(f"{authorisation.tablets_supplied} tablets are supplied already")

    @property
    def message(self) -> str:
        """Plain words for the pharmacist."""
        return gettext(
            "%(gone)s tablets of %(mg)s mg are supplied already; allow at least these."
        ) % {
            "gone": self.authorisation.tablets_supplied,
            "mg": self.authorisation.strength_mg,
        }


def write(prescription: Prescription, allowances: Sequence[Allowance]) -> None:
    """Allow these; a strength that is not among them ends. Raises BelowSupplied.

    The caller holds the transaction.
    """
    allowed = {(each.medicine_id, each.strength_mg): each for each in allowances}
    for authorisation in prescription.authorisations.select_for_update():
        key = (authorisation.medicine_id, authorisation.strength_mg)
        if key in allowed:
            _change(authorisation, allowed.pop(key))
        else:
            _end(authorisation)
    Authorisation.objects.bulk_create(
        Authorisation(
            prescription=prescription,
            medicine_id=each.medicine_id,
            strength_mg=each.strength_mg,
            tablets_per_supply=each.tablets_per_supply,
            supplies=each.supplies,
            directions=each.directions,
            tablets_a_day=each.tablets_a_day,
            content_version_id=_content_version_of(each.medicine_id),
        )
        for each in allowed.values()
    )


def _change(authorisation: Authorisation, allowance: Allowance) -> None:
    changed = Authorisation.objects.filter(
        pk=authorisation.pk, tablets_supplied__lte=allowance.tablets
    ).update(
        tablets_per_supply=allowance.tablets_per_supply,
        supplies=allowance.supplies,
        directions=allowance.directions,
        tablets_a_day=allowance.tablets_a_day,
        content_version_id=_content_version_of(allowance.medicine_id),
    )
    if not changed:
        raise BelowSupplied(authorisation)


def _end(authorisation: Authorisation) -> None:
    """Leave just what was supplied; nothing more may be taken."""
    rows = Authorisation.objects.filter(pk=authorisation.pk)
    if not rows.filter(tablets_supplied__gt=0).update(
        tablets_per_supply=F("tablets_supplied"), supplies=1
    ):
        rows.update(supplies=0)


def _content_version_of(product_id: int) -> int | None:
    current = Medicine.objects.filter(product_id=product_id)
    return current.values_list("version_id", flat=True).first()
