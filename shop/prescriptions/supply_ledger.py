"""Units taken off an authorisation by an order line, and given back when it is cancelled.

The database keeps what is left between zero and what was authorised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from shop.accounts.models import User
from shop.audit import states
from shop.prescriptions import emails, history, services
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.statuses import Action, Status
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind

if TYPE_CHECKING:
    from oscar.apps.order.models import Line


class NothingLeft(Exception):
    """The authorisation does not hold that many units any more."""


class AlreadyGivenBack(Exception):
    """These units count as not supplied already."""


def lock(prescription: Prescription) -> Prescription:
    """The prescription as it is now, held until the transaction ends (SQLite holds the database)."""
    return Prescription.objects.select_for_update().get(pk=prescription.pk)


def take(authorisation: Authorisation, *, units: int, order_line: Line) -> Supply:
    """Take units for an order line; raises NothingLeft and takes nothing when there are too few."""
    by = order_line.order.user
    with history.supply_recorded(
        authorisation, "supply.take", order_line=order_line, units=units, by=by
    ):
        taken = Authorisation.objects.filter(
            pk=authorisation.pk,
            ended_at__isnull=True,
            units_supplied__lte=F("units_per_supply") * F("supplies") - units,
        ).update(units_supplied=F("units_supplied") + units)
        if not taken:
            raise NothingLeft(f"{units} × {authorisation.strength.words}")
        return Supply.objects.create(
            authorisation=authorisation, order_line=order_line, units=units
        )


def give_back(supply: Supply, *, by: User | None, note: str) -> None:
    """Count the units of a supply as not supplied again, once; raises AlreadyGivenBack.

    Only what is left grows: a prescription that was withdrawn or has run out stays as it is, and
    one of which all was supplied can be ordered on again.
    """
    with transaction.atomic():
        prescription = lock(supply.authorisation.prescription)
        _count_back(supply, by=by)
        words = f"{supply.units} × {supply.authorisation.strength.words}: {note}"
        if prescription.status == Status.USED_UP:
            services.give_back(prescription, by=by, note=words)
        else:
            services.note_given_back(prescription, by=by, note=words)


def _count_back(supply: Supply, *, by: User | None) -> None:
    with history.supply_recorded(
        supply.authorisation,
        "supply.give_back",
        order_line=supply.order_line,
        units=supply.units,
        by=by,
    ):
        given = Supply.objects.filter(pk=supply.pk, returned_at__isnull=True).update(
            returned_at=timezone.now()
        )
        if not given:
            raise AlreadyGivenBack(str(supply))
        Authorisation.objects.filter(pk=supply.authorisation_id).update(
            units_supplied=F("units_supplied") - supply.units
        )


def finish_supply(prescription: Prescription, *, by: User, last: Supply) -> None:
    """After an order took its units: close the approval, or tell the customer what is left.

    Where nothing tells when the next is due, a pharmacist is asked.
    """
    if close_if_used_up(prescription, by=by):
        return
    emails.tell_supplies_left(prescription, last=last)
    if any(each.waits_for_pharmacist for each in prescription.authorisations.with_units_left()):
        tasks.open(
            Kind.NEXT_SUPPLY,
            about=history.subject_of(prescription),
            words=gettext("Prescription %(reference)s") % {"reference": prescription.reference},
            path=reverse("admin:prescription-review", args=[prescription.reference]),
        )


def let_next_go(prescription: Prescription, *, by: User) -> None:
    """Let the next supply be ordered, though no daily number tells when it is due.

    Raises NotAllowed for anyone who is not a pharmacist today, or for one's own prescription, and
    TransitionRefused when it is not approved, or changed since it was seen.
    """
    registration = services.registration_of(prescription, by)
    with transaction.atomic():
        held = lock(prescription)
        if held.status != Status.APPROVED or held.version != prescription.version:
            raise TransitionRefused(held, Action.LET_GO)
        waiting = [each for each in held.authorisations.all() if each.waits_for_pharmacist]
        actor = history.acting(by, registration)
        with states.changing(*waiting, action="authorisation.let_go", actor=actor):
            for authorisation in waiting:
                authorisation.let_go_at = timezone.now()
                authorisation.save(update_fields=("let_go_at",))
        history.record_in_place(held, Action.LET_GO, by=by, registration=registration, note="")
        tasks.close(
            Kind.NEXT_SUPPLY,
            about=history.subject_of(held),
            how=str(Action.LET_GO.label),
            by=by,
        )


def close_if_used_up(prescription: Prescription, *, by: User) -> bool:
    """Close the approval when nothing is left on it; whether it was closed."""
    if prescription.authorisations.with_units_left().exists():
        return False
    services.use_up(prescription, by=by)
    return True
