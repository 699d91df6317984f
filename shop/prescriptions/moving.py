"""The one place that writes the status of a prescription."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext

from shop.accounts.models import User
from shop.audit import states
from shop.prescriptions import history
from shop.prescriptions.models import Event, Prescription
from shop.prescriptions.statuses import TRANSITIONS, UNDER_REVIEW, Action, Status
from shop.vault.fields import SealedJSONField


class TransitionRefused(Exception):
    """The prescription is no longer in a status from which this can be done."""

    def __init__(self, prescription: Prescription, action: Action) -> None:
        self.prescription = prescription
        self.action = action
        super().__init__(f"{action} refused: {prescription} is {prescription.status}")

    @property
    def message(self) -> str:
        """Plain words for the person who came too late."""
        decided = self.prescription
        if decided.status == Status.CANCELLED:
            return gettext(
                "The customer has cancelled this prescription. There is nothing to decide."
            )
        if decided.decided_by is None or decided.status in UNDER_REVIEW:
            return gettext("This prescription has changed since you opened it. Look at it again.")
        return gettext("This prescription was decided by %(name)s at %(at)s: %(status)s.") % {
            "name": decided.decided_by.name,
            "at": f"{decided.decided_at:%Y-%m-%d %H:%M} UTC",
            "status": decided.get_status_display(),
        }


class Follower(ABC):
    """What a room above does with a move, in its transaction."""

    @abstractmethod
    def moved(self, event: Event) -> None: ...


_followers: list[Follower] = []


def add_follower(follower: Follower) -> None:
    """For an app that is ready."""
    _followers.append(follower)


# With these a pharmacist decides anew what the log may not know; never whose the prescription is.
DECIDES_ANEW = (Action.APPROVE, Action.REFUSE)
# With these a pharmacist answers everything that the customer wrote so far.
DECIDES = (Action.ASK, Action.APPROVE, Action.REFUSE)


def move(
    prescription: Prescription,
    action: Action,
    *,
    by: User | None,
    registration: str = "",
    note: str = "",
    **changes: Any,
) -> None:
    """The one place that writes a status: only the writer who saw the latest version gets through."""
    from_status = Status(prescription.status)
    to_status = TRANSITIONS.get((from_status, action))
    if to_status is None:
        prescription.refresh_from_db()
        raise TransitionRefused(prescription, action)
    with transaction.atomic():
        is_known = _is_good(prescription, action)
        moved = Prescription.objects.filter(
            pk=prescription.pk, status=from_status, version=prescription.version
        ).update(status=to_status, version=F("version") + 1, **_sealed(prescription, changes))
        prescription.refresh_from_db()
        if not moved:
            raise TransitionRefused(prescription, action)
        event = Event(
            prescription=prescription,
            action=action,
            by=by,
            from_status=from_status,
            to_status=to_status,
            registration=registration,
            note=note,
        )
        history.record_move(event, is_known=is_known)
        if action in DECIDES:
            # The version tells that the pharmacist has seen every message there was.
            history.mark_read_by_pharmacy(prescription)
        for follower in _followers:
            follower.moved(event)


def _is_good(prescription: Prescription, action: Action) -> bool:
    """Whether the log may know the prescription after this: it did before, or somebody decides anew."""
    if states.is_known(prescription):
        return True
    return action in DECIDES_ANEW and not states.otherwise([prescription], "owner")


def _sealed(prescription: Prescription, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes, as an update may write them: what is sealed, sealed for this row."""
    sealed = dict(changes)
    for name, value in changes.items():
        field = Prescription._meta.get_field(name)  # noqa: SLF001 Django documents it
        if isinstance(field, SealedJSONField):
            sealed[name] = field.sealed(prescription, value)
    return sealed
