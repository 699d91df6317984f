"""Where a prescription has got to, as the steps its owner sees."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import UNDER_REVIEW, Action, Status
from shop.standing.consequences import orders_on

Step = dict[str, Any]

# What ended without an order to come.
ENDED = (Status.REFUSED, Status.WITHDRAWN, Status.CANCELLED)


def steps_of(prescription: Prescription) -> list[Step]:
    """The steps from sending to delivery; each done, going on now, or still to come."""
    received = {
        "status": "done",
        "title": _("Prescription received"),
        "when": prescription.submitted_at,
    }
    if prescription.status == Status.CANCELLED:
        return [received, {"status": "done", "title": _("Taken back by you")}]
    review = _review_step(prescription)
    if prescription.status in ENDED:
        return [received, review]
    return [received, review, *_supply_steps(prescription)]


def _review_step(prescription: Prescription) -> Step:
    step: Step = {"title": _("Checked by a pharmacist"), "text": prescription.get_status_display()}
    if prescription.status in UNDER_REVIEW:
        return {**step, "status": "now", "text": _who_has_it(prescription)}
    if prescription.decided_by is None:
        return {**step, "status": "done"}
    return {
        **step,
        "status": "done",
        "when": prescription.decided_at,
        "note": f"{prescription.decided_by.name}, {prescription.decided_registration}",
    }


def _who_has_it(prescription: Prescription) -> str:
    """In whose hands it is; a pharmacist who has not decided yet is not named."""
    if prescription.status == Status.SUBMITTED:
        return _("It waits for the next free pharmacist.")
    if prescription.status == Status.QUESTION:
        return _("The pharmacist waits for your answer.")
    taken = prescription.events.filter(action=Action.CLAIM).exclude(from_status=Status.IN_REVIEW)
    since = localtime(taken.latest("at").at)
    return _("With the pharmacist since %(since)s.") % {"since": date_format(since, "j F Y, H:i")}


def _supply_steps(prescription: Prescription) -> list[Step]:
    if prescription.status == Status.USED_UP:
        return [{"status": "done", "title": _("All %(doses)s ordered") % _doses(prescription)}]
    if prescription.status == Status.EXPIRED and prescription.valid_until:
        until = date_format(prescription.valid_until, "j F Y")
        over = _("Its last day was %(until)s.") % {"until": until}
        if orders_on(prescription).exists():
            over += " " + _("What you paid for until then is still sent.")
        return [{"status": "done", "title": _("Out of date"), "text": over}]
    supplied = [each for each in prescription.authorisations.all() if each.units_supplied]
    can_go_on = "now" if prescription.status == Status.APPROVED else "todo"
    if supplied:
        return [
            {"status": "done", "title": _("First %(doses)s ordered") % _doses(prescription)},
            {"status": can_go_on, "title": _("The next supply")},
        ]
    return [
        {
            "status": can_go_on,
            "title": _("Address, delivery and payment"),
        },
        {
            "status": "todo",
            "title": _("Packed and sent"),
            "text": _("Tracked, in plain packaging"),
        },
    ]


def _doses(prescription: Prescription) -> dict[str, str]:
    return {"doses": prescription.doses}
