"""Tablets taken off an authorisation by an order line; the database keeps what is left above zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from shop.accounts.models import User
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription, Supply

if TYPE_CHECKING:
    from oscar.apps.order.models import Line


class NothingLeft(Exception):
    """The authorisation does not hold that many tablets any more."""


def close_if_used_up(prescription: Prescription, *, by: User) -> None:
    """Close the approval when no authorisation of it holds a tablet any more."""
    left = prescription.authorisations.filter(
        tablets_supplied__lt=F("tablets_per_supply") * F("supplies")
    )
    if not left.exists():
        services.use_up(prescription, by=by)


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
