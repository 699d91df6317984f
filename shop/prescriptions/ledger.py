"""Tablets taken off an authorisation by an order line, and given back when it is cancelled.

The database keeps what is left between zero and what was authorised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shop.accounts.models import User
from shop.prescriptions.models import Authorisation, Event, Prescription, Supply
from shop.prescriptions.statuses import Action

if TYPE_CHECKING:
    from oscar.apps.order.models import Line


class NothingLeft(Exception):
    """The authorisation does not hold that many tablets any more."""


class AlreadyGivenBack(Exception):
    """These tablets count as not supplied already."""


def lock(prescription: Prescription) -> Prescription:
    """The prescription as it is now, held until the transaction ends (SQLite holds the database)."""
    return Prescription.objects.select_for_update().get(pk=prescription.pk)


def take(authorisation: Authorisation, *, tablets: int, order_line: Line) -> Supply:
    """Take tablets for an order line; raises NothingLeft and takes nothing when there are too few."""
    taken = Authorisation.objects.filter(
        pk=authorisation.pk,
        tablets_supplied__lte=F("tablets_per_supply") * F("supplies") - tablets,
    ).update(tablets_supplied=F("tablets_supplied") + tablets)
    if not taken:
        raise NothingLeft(f"{tablets} tablets of {authorisation.strength_mg} mg")
    return Supply.objects.create(
        authorisation=authorisation, order_line=order_line, tablets=tablets
    )


def give_back(supply: Supply, *, by: User, note: str) -> None:
    """Count the tablets of a supply as not supplied again, once; raises AlreadyGivenBack.

    Only what is left grows: a prescription that was withdrawn or has run out stays as it is.
    """
    prescription = supply.authorisation.prescription
    with transaction.atomic():
        given = Supply.objects.filter(pk=supply.pk, returned_at__isnull=True).update(
            returned_at=timezone.now()
        )
        if not given:
            raise AlreadyGivenBack(str(supply))
        Authorisation.objects.filter(pk=supply.authorisation_id).update(
            tablets_supplied=F("tablets_supplied") - supply.tablets
        )
        Event.objects.create(
            prescription=prescription,
            action=Action.GIVE_BACK,
            from_status=prescription.status,
            to_status=prescription.status,
            by=by,
            note=f"{supply.tablets} × {supply.authorisation.strength_mg} mg: {note}",
        )
