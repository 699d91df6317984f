"""What can be a task, as data: whose it is, how soon it is due, what its message says to do."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """Those who do it; each of them sees the task and is told of it."""

    PHARMACIST = "pharmacist", _("Pharmacists")
    STAFF = "staff", _("Shop staff")
    SUPERINTENDENT = "superintendent", _("Superintendent")


class Kind(TextChoices):
    """What is to be done, as its list and the subject of its message name it."""

    ORDER_STOPPED = "order_stopped", _("Decide about a paid order")
    ORDER_PART_PAID_BACK = "order_part_paid_back", _("Finish a refund, or cancel the order")
    UNPACK = "unpack", _("Put packs back that were being packed")
    PARCEL_LEFT = "parcel_left", _("Speak to a patient whose parcel has left")
    PARCEL_LATE = "parcel_late", _("Ask about a parcel that should be there")
    NEXT_SUPPLY = "next_supply", _("Say when the next supply may be ordered")
    CONTENT_REVIEW = "content_review", _("Review the text about a medicine")
    CONTENT_WITHDRAWN = "content_withdrawn", _("Look after those who take a medicine")
    PATIENT_WITHOUT = "patient_without", _("Speak to a patient whose order ended")
    BLOCKED_TAKER = "blocked_taker", _("Call a patient who takes it: something blocks it")
    FIRST_SUPPLY = "first_supply", _("Ask how a first supply goes")
    UNKNOWN_APPROVAL = "unknown_approval", _("Approve anew what the log does not know")
    UNKNOWN_PACK = "unknown_pack", _("Look at a pack that the log does not know")
    PAYMENT_REVIEW = "payment_review", _("Look at a payment")
    PAYMENT_DISPUTE = "payment_dispute", _("Answer a dispute")
    PAYMENTS_DIFFER = "payments_differ", _("Payments and Stripe do not agree")


@dataclass(frozen=True)
class Rule:
    """Whose a kind is, within how many days of its beginning it is due, and what is to be done."""

    whose: Role
    within_days: int
    advice: str | Promise
    # Whether a person says that it is done; otherwise it closes by what the shop sees.
    is_closed_by_hand: bool = False


RULES: dict[Kind, Rule] = {
    Kind.ORDER_STOPPED: Rule(
        Role.PHARMACIST,
        within_days=1,
        advice=_(
            "The order must not leave before you have decided. Open the prescription, and answer for "
            "what was paid, or end the order."
        ),
    ),
    Kind.ORDER_PART_PAID_BACK: Rule(
        Role.STAFF,
        within_days=1,
        advice=_(
            "Before an order leaves, a line is paid back whole or not at all. Pay back the packs that "
            "are left of the line, or cancel the order. A pharmacist looks after the patient."
        ),
    ),
    Kind.UNPACK: Rule(
        Role.STAFF,
        within_days=1,
        advice=_("The order is cancelled. Take its packs out of the parcel and put them back."),
        is_closed_by_hand=True,
    ),
    Kind.PARCEL_LEFT: Rule(
        Role.PHARMACIST,
        within_days=1,
        advice=_(
            "The parcel is on its way. Call the patient and say what to do with what comes; then "
            "write down here what you agreed."
        ),
        is_closed_by_hand=True,
    ),
    Kind.PARCEL_LATE: Rule(
        Role.PHARMACIST,
        within_days=0,
        advice=_(
            "Ask the carrier, then call the patient before the last day with enough: stopping some medicines "
            "suddenly is dangerous. Say where an emergency supply can be had, then write down here what you agreed."
        ),
        is_closed_by_hand=True,
    ),
    Kind.NEXT_SUPPLY: Rule(
        Role.PHARMACIST,
        within_days=3,
        advice=_(
            "No daily number is known, so nothing tells when the next supply is due, and the shop holds it "
            "back. Find out how long the last one lasts, and let the next be ordered before it ends."
        ),
    ),
    Kind.CONTENT_REVIEW: Rule(
        Role.SUPERINTENDENT,
        within_days=30,
        advice=_(
            "Read the text with its sources, and sign it anew. Meanwhile it stays shown and the medicine "
            "on sale."
        ),
    ),
    Kind.CONTENT_WITHDRAWN: Rule(
        Role.PHARMACIST,
        within_days=1,
        advice=_(
            "Nothing more of it can be ordered. The page lists who takes it: see that each has a supply "
            "elsewhere before theirs ends, then write down here what you did."
        ),
        is_closed_by_hand=True,
    ),
    Kind.PATIENT_WITHOUT: Rule(
        Role.PHARMACIST,
        within_days=1,
        advice=_(
            "Nothing comes to this patient any more. Call them before the last day: stopping some "
            "medicines suddenly is dangerous. Then write down here what you agreed."
        ),
        is_closed_by_hand=True,
    ),
    Kind.BLOCKED_TAKER: Rule(
        Role.PHARMACIST,
        within_days=0,
        advice=_(
            "Call today: the patient takes it already, and stopping it suddenly is dangerous. Hand them to the "
            "prescriber, an out-of-hours doctor or a pharmacy near them before the last day, then write down here "
            "what you agreed."
        ),
        is_closed_by_hand=True,
    ),
    Kind.FIRST_SUPPLY: Rule(
        Role.PHARMACIST,
        within_days=7,
        advice=_(
            "Ask the patient how it goes: sleepiness, falls, mood, how they take it, and what else they take by "
            "now. Then write down here what they said."
        ),
        is_closed_by_hand=True,
    ),
    Kind.UNKNOWN_APPROVAL: Rule(
        Role.PHARMACIST,
        within_days=1,
        advice=_(
            "The approval in the database is not the one that a pharmacist gave: nothing is sold on it. "
            "Send it back to the queue on its page, read the paper again, and decide. One that was given to "
            "another account or patient cannot be approved: refuse or withdraw it."
        ),
    ),
    Kind.UNKNOWN_PACK: Rule(
        Role.SUPERINTENDENT,
        within_days=1,
        advice=_(
            "Somebody changed it, its price, or the signed text about it, past the shop, so it is not sold. Find out "
            "who had access to the database; the runbook says how to go on."
        ),
        is_closed_by_hand=True,
    ),
    Kind.PAYMENT_REVIEW: Rule(
        Role.STAFF,
        within_days=1,
        advice=_("The dashboard says why under Payments, and the runbook what to do."),
    ),
    Kind.PAYMENT_DISPUTE: Rule(
        Role.STAFF,
        within_days=7,
        advice=_(
            "The bank of a customer asks for the money back; without an answer by the last day it is "
            "lost. Answer in Stripe’s dashboard. The order does not leave meanwhile."
        ),
    ),
    Kind.PAYMENTS_DIFFER: Rule(
        Role.STAFF,
        within_days=1,
        advice=_("The dashboard says what differs under Payments, and the runbook what to do."),
    ),
}

# So long before its last day an open task is told of once more.
REMINDED = datetime.timedelta(days=2)
