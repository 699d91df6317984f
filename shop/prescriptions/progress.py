"""Where a prescription has got to, as the steps its owner sees."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import UNDER_REVIEW, Status

Step = dict[str, Any]


def steps_of(prescription: Prescription) -> list[Step]:
    """The steps from sending to delivery; each done, going on now, or still to come."""
    return [
        {
            "status": "done",
            "title": _("Prescription received"),
            "when": prescription.submitted_at,
        },
        _review_step(prescription),
        {
            "status": "now" if prescription.status == Status.APPROVED else "todo",
            "title": _("Address, delivery and payment"),
        },
        {
            "status": "todo",
            "title": _("Packed and sent"),
            "text": _("Tracked, in plain packaging"),
        },
    ]


def _review_step(prescription: Prescription) -> Step:
    under_review = prescription.status in UNDER_REVIEW
    if under_review or prescription.decided_at is None or prescription.decided_by is None:
        return {
            "status": "now" if under_review else "todo",
            "title": _("Checked by a pharmacist"),
            "note": prescription.get_status_display(),
        }
    return {
        "status": "done",
        "title": _("Checked by a pharmacist"),
        "when": prescription.decided_at,
        "note": f"{prescription.decided_by.name}, {prescription.decided_registration}",
        "text": prescription.get_status_display(),
    }
