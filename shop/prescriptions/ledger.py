"""Tablets taken off an authorisation by an order line; the database keeps what is left above zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from shop.accounts.models import User
from shop.prescriptions import emails, history, services
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.prescriptions.statuses import Status

if TYPE_CHECKING:
    from oscar.apps.order.models import Line


class NothingLeft(Exception):
    """The authorisation does not hold that many tablets any more."""


def close_if_used_up(prescription: Prescription, *, by: User) -> None:
    """After a supply: close the approval when nothing is left, else tell the customer what is."""
    if _holds_tablets(prescription):
        last = Supply.objects.filter(authorisation__prescription=prescription).latest("pk")
        emails.tell_supplies_left(prescription, last=last)
    else:
        services.use_up(prescription, by=by)


def reopen_if_given_back(prescription: Prescription, *, by: User | None = None) -> None:
    """After tablets came back: an approval that was used up holds again, until its last day."""
    if prescription.status == Status.USED_UP and _holds_tablets(prescription):
        services.give_back(prescription, by=by)


def _holds_tablets(prescription: Prescription) -> bool:
    left = prescription.authorisations.filter(
        tablets_supplied__lt=F("tablets_per_supply") * F("supplies")
    )
    return left.exists()


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
    supply = Supply.objects.create(
        authorisation=authorisation, order_line=order_line, tablets=tablets
    )
    history.record_supply(supply, by=order_line.order.user)
    return supply
