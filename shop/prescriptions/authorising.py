"""Writes what a decision allows, without losing what was supplied on an earlier one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext

from catalogue.amounts import Strength, in_text
from catalogue.content.models import Medicine
from shop.audit import states
from shop.audit.log import Actor, Subject
from shop.prescriptions.models import Authorisation, Prescription
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind


@dataclass(frozen=True)
class Allowance:
    """Units of one strength of a medicine that a pharmacist allows."""

    medicine_id: int
    strength: Strength
    units_per_supply: int
    supplies: int
    directions: str
    units_a_day: Fraction | None = None

    def as_json(self) -> dict[str, Any]:
        """For a sealed field."""
        return asdict(self, dict_factory=in_text)

    @property
    def units(self) -> int:
        return self.units_per_supply * self.supplies


class BelowSupplied(Exception):
    """More than this has been supplied already."""

    def __init__(self, authorisation: Authorisation) -> None:
        self.authorisation = authorisation
        super().__init__(f"{authorisation.units_supplied} units are supplied already")

    @property
    def message(self) -> str:
        """Plain words for the pharmacist."""
        authorisation = self.authorisation
        gone = authorisation.medicine.form.counted_of(
            authorisation.units_supplied, authorisation.strength
        )
        return gettext("%(gone)s are supplied already; allow at least these.") % {"gone": gone}


def write(prescription: Prescription, allowances: Sequence[Allowance], *, actor: Actor) -> None:
    """Allow these; a strength that is not among them ends. Raises BelowSupplied.

    The caller holds the transaction. Afterwards the log knows each of them.
    """
    allowed = {(each.medicine_id, each.strength): each for each in allowances}
    _put_right(prescription.authorisations.select_for_update())
    for authorisation in prescription.authorisations.all():
        key = (authorisation.medicine_id, authorisation.strength)
        if key in allowed:
            _change(authorisation, allowed.pop(key))
        else:
            _end(authorisation)
    Authorisation.objects.bulk_create(
        Authorisation(
            prescription=prescription,
            medicine_id=each.medicine_id,
            strength=each.strength,
            units_per_supply=each.units_per_supply,
            supplies=each.supplies,
            directions=each.directions,
            units_a_day=each.units_a_day,
            content_version_id=_content_version_of(each.medicine_id),
        )
        for each in allowed.values()
    )
    for authorisation in prescription.authorisations.all():
        details = {"prescription": prescription.reference}
        states.record(authorisation, "authorisation.write", actor=actor, details=details)


def _put_right(authorisations: Iterable[Authorisation]) -> None:
    """Where somebody wrote behind the shop's back, count anew what was supplied."""
    held = {each.pk: each for each in authorisations}
    for number in states.unknown(held.values()):
        authorisation = held[number]
        out = authorisation.supply_rows.filter(returned_at__isnull=True)
        supplied = out.aggregate(units=Sum("units"))["units"] or 0
        Authorisation.objects.filter(pk=number).update(
            units_supplied=supplied,
            units_per_supply=max(authorisation.units_per_supply, supplied),
            supplies=max(authorisation.supplies, 1),
        )
        about = Subject("authorisation", str(number))
        tasks.close(Kind.UNKNOWN_APPROVAL, about=about, how=gettext("Approved anew."))


def _change(authorisation: Authorisation, allowance: Allowance) -> None:
    changed = Authorisation.objects.filter(
        pk=authorisation.pk, units_supplied__lte=allowance.units
    ).update(
        units_per_supply=allowance.units_per_supply,
        supplies=allowance.supplies,
        directions=allowance.directions,
        units_a_day=allowance.units_a_day,
        content_version_id=_content_version_of(allowance.medicine_id),
        ended_at=None,
        let_go_at=timezone.now(),
    )
    if not changed:
        raise BelowSupplied(authorisation)


def _end(authorisation: Authorisation) -> None:
    """Nothing more may be taken; what was supplied stands as it was allowed."""
    Authorisation.objects.filter(pk=authorisation.pk, ended_at__isnull=True).update(
        ended_at=timezone.now()
    )


def _content_version_of(product_id: int) -> int | None:
    current = Medicine.objects.filter(product_id=product_id)
    return current.values_list("shown_id", flat=True).first()
