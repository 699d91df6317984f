"""Names what the log does not know to the person who can mend it, when a customer meets it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from shop.audit import live_rows
from shop.audit.log import Subject
from shop.placing.refusals import Reason, Refused
from shop.prescriptions.models import Authorisation, Prescription
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind


def tell(refusal: Refused) -> None:
    """Open a task for a refusal that the shop itself must mend; nothing for any other.

    Not in a transaction that the refusal undoes.
    """
    if refusal.reason == Reason.UNKNOWN:
        _tell_pharmacists(refusal.values["authorisation"])
    elif refusal.reason == Reason.UNKNOWN_PRESCRIPTION:
        _tell_of_prescription(refusal.values["prescription"])
    elif refusal.reason == Reason.UNKNOWN_PACK:
        _tell_superintendent(refusal.values["product"])


def hear_of_what_sql_changed() -> None:
    """Let the nightly look at the log tell pharmacists too, whom no customer may have met it for."""
    live_rows.tell(Prescription, _tell_of_number)
    live_rows.tell(Authorisation, _tell_pharmacists)


def _tell_of_number(number: int) -> None:
    _tell_of_prescription(Prescription.objects.values_list("reference", flat=True).get(pk=number))


def _tell_pharmacists(number: int) -> None:
    rows = Authorisation.objects.select_related("prescription")
    prescription = rows.get(pk=number).prescription
    tasks.open(
        Kind.UNKNOWN_APPROVAL,
        about=Subject("authorisation", str(number)),
        words=_("Prescription %(reference)s.") % {"reference": prescription.reference},
        path=reverse("admin:prescription-review", args=[prescription.reference]),
    )


def _tell_of_prescription(reference: str) -> None:
    tasks.open(
        Kind.UNKNOWN_APPROVAL,
        about=Subject("prescription", reference),
        words=_("Prescription %(reference)s.") % {"reference": reference},
        path=reverse("admin:prescription-review", args=[reference]),
    )


def _tell_superintendent(number: int) -> None:
    tasks.open(
        Kind.UNKNOWN_PACK,
        about=Subject("product", str(number)),
        words=_("Product number %(number)s.") % {"number": number},
        path=reverse("dashboard:catalogue-product", args=[number]),
    )
