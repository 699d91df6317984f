"""What may be done to a prescription, and by whom; every change leaves an event."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from shop.accounts.models import User
from shop.audit import states
from shop.jurisdictions.profile import Authenticity
from shop.patients.answers import Answers
from shop.patients.wording import label_of
from shop.prescriptions import authorising, duplicates, finding, history
from shop.prescriptions.authorising import Allowance
from shop.prescriptions.models import Prescription
from shop.prescriptions.moving import TransitionRefused, move
from shop.prescriptions.statuses import Action, AskReason, RefusalReason, Status
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind


class NotAllowed(Exception):
    """This person may not do this to this prescription."""


class HeldByAnother(NotAllowed):
    """Another pharmacist took the prescription for review, or nobody did."""

    def __init__(self, prescription: Prescription) -> None:
        self.prescription = prescription
        super().__init__(f"{prescription} is held by {prescription.claimed_by_id}")

    @property
    def message(self) -> str:
        """Plain words for the pharmacist who does not hold it."""
        holder = self.prescription.claimed_by
        if holder is None:
            return gettext("Take the prescription for review before you decide.")
        return gettext("%(name)s is reviewing this prescription until %(until)s.") % {
            "name": holder.name,
            "until": f"{self.prescription.claim_until:%H:%M} UTC",
        }


class OwnerChanged(NotAllowed):
    """Somebody has given the prescription to another account or patient behind the shop's back."""

    message = gettext_lazy(
        "This prescription was given to another account or patient past the shop, so it cannot be "
        "approved. Refuse it, and ask the patient to send it anew."
    )


# What ends a claim.
NOT_HELD: dict[str, Any] = {"claimed_by": None, "claim_until": None}


@dataclass(frozen=True)
class Legal:
    """What makes the prescription valid: who wrote it, when, how we know, and until when it lasts."""

    prescriber: str
    issued_on: datetime.date
    authenticity: Authenticity
    valid_until: datetime.date


@dataclass(frozen=True)
class Replaced:
    """The answers of a prescription before and after newer ones took their place."""

    before: Answers
    now: Answers

    @property
    def names(self) -> tuple[str, ...]:
        """The questions that were answered otherwise."""
        return self.now.differing(self.before)


def claim(prescription: Prescription, *, by: User) -> None:
    """Take a prescription for review, or keep it a while longer; raises HeldByAnother."""
    registration = registration_of(prescription, by)
    now = timezone.now()
    if (
        prescription.status == Status.IN_REVIEW
        and prescription.claimed_by_id != by.pk
        and (prescription.claim_until or now) > now
    ):
        raise HeldByAnother(prescription)
    until = now + datetime.timedelta(minutes=settings.REVIEW_CLAIM_MINUTES)
    move(
        prescription,
        Action.CLAIM,
        by=by,
        registration=registration,
        claimed_by=by,
        claim_until=until,
    )


def check_held(prescription: Prescription, *, by: User) -> str:
    """The registration of the pharmacist who holds it, as they last saw it.

    Raises TransitionRefused when it has changed since, and HeldByAnother.
    """
    seen = prescription.version
    prescription.refresh_from_db()
    if prescription.status != Status.IN_REVIEW:
        raise TransitionRefused(prescription, Action.CLAIM)
    registration = _held_registration(prescription, by)
    if prescription.version != seen:
        raise TransitionRefused(prescription, Action.CLAIM)
    return registration


def release(prescription: Prescription, *, by: User) -> None:
    """Put a prescription back into the queue undecided."""
    registration = _held_registration(prescription, by)
    move(prescription, Action.RELEASE, by=by, registration=registration, **NOT_HELD)


def ask(
    prescription: Prescription,
    *,
    by: User,
    question: str,
    reason: AskReason = AskReason.OTHER,
) -> None:
    """Put a question to the customer, for a coded reason; the prescription waits for the answer."""
    registration = _held_registration(prescription, by)
    with transaction.atomic():
        move(
            prescription,
            Action.ASK,
            by=by,
            registration=registration,
            note=question,
            question=question,
            ask_reason=reason,
            answer="",
            new_pictures=0,
            **NOT_HELD,
        )
        history.post(prescription, by=by, registration=registration, text=question)


def approve(
    prescription: Prescription,
    *,
    by: User,
    allowances: Sequence[Allowance],
    legal: Legal,
    message: str = "",
) -> None:
    """Allow these units until ``legal.valid_until``; on a second approval, in place of the first.

    Raises BelowSupplied when more was supplied already, NotAllowed for anyone who is not a pharmacist today, or for one's own prescription,
    HeldByAnother when it is not theirs to decide, TransitionRefused when somebody else changed
    the prescription first, and OwnerChanged.
    """
    if not allowances:
        raise ValueError("an approval allows at least one strength")
    with transaction.atomic():
        if is_of_another(prescription):
            raise OwnerChanged(str(prescription))
        _decide(prescription, Action.APPROVE, by=by, message=message, **asdict(legal))
        actor = history.acting(by, prescription.decided_registration)
        authorising.write(prescription, allowances, actor=actor)
        _remember(prescription, legal)


def is_of_another(prescription: Prescription) -> bool:
    """Whether the log says that it is of another account or patient than the database does."""
    return bool(states.otherwise([prescription], "owner"))


def _remember(prescription: Prescription, legal: Legal) -> None:
    answers = prescription.answers
    if answers.date_of_birth is not None:
        duplicates.remember(
            prescription,
            patient_name=answers.patient_name,
            date_of_birth=answers.date_of_birth,
            prescriber=legal.prescriber,
            issued_on=legal.issued_on,
        )


def refuse(prescription: Prescription, *, by: User, reason: RefusalReason, message: str) -> None:
    """Refuse, for a coded reason and with a next step in plain words."""
    _decide(prescription, Action.REFUSE, by=by, message=message, refusal_reason=reason)


def withdraw(prescription: Prescription, *, by: User, message: str) -> None:
    """Take an approval back: nothing more may be paid for or sent on it."""
    registration = registration_of(prescription, by)
    move(
        prescription,
        Action.WITHDRAW,
        by=by,
        registration=registration,
        note=message,
        message=message,
    )
    _settle_unknown(prescription, how=gettext("Withdrawn."))


def reopen(prescription: Prescription, *, by: User, reason: str) -> None:
    """Send an approval back to the pharmacists, because what they knew has changed."""
    move(prescription, Action.REOPEN, by=by, note=reason)


def renew_answers(prescription: Prescription, answers: Answers, *, by: User) -> Replaced:
    """Put the patient's newest answers to a prescription; a page that shows older ones is stale.

    What was asked with the prescription alone stays as it was answered then. Returns what was
    replaced, which the history names by its questions.
    """
    with transaction.atomic():
        renewed = Prescription.objects.filter(
            pk=prescription.pk, version=prescription.version
        ).update(version=F("version") + 1)
        prescription.refresh_from_db()
        if not renewed:
            raise TransitionRefused(prescription, Action.ANSWER)
        replaced = Replaced(prescription.answers, answers.beside(prescription.answers))
        prescription.answers_json = replaced.now.as_json()
        prescription.save(update_fields=("answers_json",))
        finding.index(prescription)
        if replaced.names:
            note = ", ".join(label_of(name) for name in replaced.names)
            history.record_in_place(prescription, Action.RENEW, by=by, note=note)
    return replaced


def use_up(prescription: Prescription, *, by: User | None = None) -> None:
    """Close an approval of which the last was supplied."""
    move(prescription, Action.USE_UP, by=by)


def give_back(prescription: Prescription, *, by: User | None = None, note: str = "") -> None:
    """Open an approval again, because what was supplied on it came back to it."""
    move(prescription, Action.GIVE_BACK, by=by, note=note)


def note_given_back(prescription: Prescription, *, by: User | None, note: str) -> None:
    """Write down that a supply came back to a prescription that stays as it is."""
    history.record_in_place(prescription, Action.GIVE_BACK, by=by, note=note)


def expire(prescription: Prescription) -> None:
    """Close an approval whose last day is over."""
    move(prescription, Action.EXPIRE, by=None)


def cancel(prescription: Prescription, *, by: User) -> None:
    """Take the prescription back before it is decided."""
    check_owner(prescription, by)
    move(prescription, Action.CANCEL, by=by, **NOT_HELD)


def check_owner(prescription: Prescription, by: User) -> None:
    """Raises NotAllowed for anybody but the customer who sent the prescription in."""
    if prescription.user_id != by.pk:
        raise NotAllowed(f"{by.pk} does not own {prescription}")


def registration_of(prescription: Prescription, by: User) -> str:
    """The registration by which this user acts on the prescription today; raises NotAllowed."""
    registration = by.current_registration
    if registration is None:
        raise NotAllowed(f"{by.pk} is not a pharmacist")
    if prescription.user_id == by.pk:
        raise NotAllowed("nobody decides on their own prescription")
    return str(registration)


def _held_registration(prescription: Prescription, by: User) -> str:
    """The registration of the pharmacist who holds the prescription; raises HeldByAnother.

    A claim that ran out still counts while nobody else took it: the version tells.
    """
    registration = registration_of(prescription, by)
    if prescription.status == Status.IN_REVIEW and prescription.claimed_by_id != by.pk:
        raise HeldByAnother(prescription)
    return registration


def _decide(
    prescription: Prescription, action: Action, *, by: User, message: str, **changes: Any
) -> None:
    registration = _held_registration(prescription, by)
    move(
        prescription,
        action,
        by=by,
        registration=registration,
        note=message,
        message=message,
        decided_registration=registration,
        decided_by=by,
        decided_at=timezone.now(),
        new_pictures=0,
        **NOT_HELD,
        **changes,
    )
    _settle_unknown(prescription, how=gettext("Decided anew."))


def _settle_unknown(prescription: Prescription, *, how: str) -> None:
    """The pharmacists have decided about what the log did not know."""
    tasks.close(Kind.UNKNOWN_APPROVAL, about=history.subject_of(prescription), how=how)
