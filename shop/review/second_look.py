"""A second pharmacist looks at a prescription that was seen before, and says why it may go on."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.prescriptions import services as prescriptions
from shop.prescriptions import supply_ledger
from shop.prescriptions.models import Prescription
from shop.prescriptions.services import NotAllowed
from shop.prescriptions.statuses import UNDER_REVIEW
from shop.review import seconding
from shop.review.models import SecondLook
from shop.review.services import NotReady, Signatory, keep
from shop.review.work import Problem


def record(prescription: Prescription, *, by: User, other: Prescription, why: str) -> SecondLook:
    """Keep that somebody else than the holder looked at both, and why it may go on (ID-4).

    Raises NotAllowed for the holder, for the owner of either, and for whoever is no pharmacist today,
    and NotReady when the ``other`` one is not in the way.
    """
    with transaction.atomic():
        held = supply_ledger.lock(prescription)
        registration, _of_other = [prescriptions.registration_of(row, by) for row in (held, other)]
        if held.status not in UNDER_REVIEW or held.claimed_by_id == by.pk:
            raise NotAllowed(f"{by.pk} does not second {prescription}")
        found = [fate for fate in seconding.in_the_way(held) if fate.other == other]
        if not found:
            raise NotReady([Problem("", _("Nothing of it is in the way."))])
        look = SecondLook(
            prescription=held,
            other=other,
            covers=seconding.covers(found[0]),
            content={"why": why},
            looked_by=by,
            registration=registration,
        )
        return keep(look, "second_look.record", Signatory(by, registration))
