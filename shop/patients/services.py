"""What may be done with a patient; of two changes made at once, one gets through."""

from __future__ import annotations

from abc import ABC, abstractmethod

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from shop import days
from shop.accounts import holding
from shop.patients import questions
from shop.patients.answers import Answers
from shop.patients.models import Patient


class Follower(ABC):
    """What a room above does when a patient changes, in the same transaction."""

    @abstractmethod
    def answers_changed(self, patient: Patient, names: tuple[str, ...]) -> None:
        """``names`` are questions."""

    @abstractmethod
    def list_changed(self, patient: Patient) -> None:
        """The patient was taken off the customer's list, or put back on it."""


_followers: list[Follower] = []


def add_follower(follower: Follower) -> None:
    """For an app that is ready."""
    _followers.append(follower)


class ChangedMeanwhile(Exception):
    """Somebody changed the patient after these answers were shown; ``patient`` is as it is now."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        super().__init__(str(patient))


class Removed(PermissionDenied):
    """The patient was deleted a moment ago; whoever still holds a page of theirs is refused."""


@transaction.atomic
def keep(patient: Patient, *, answers: Answers) -> None:
    """Write what is newly known of a patient, or add one who is not stored yet.

    Raises ChangedMeanwhile when the patient has another version than the one given here, or is
    archived, Removed, and `shop.accounts.holding.AccountClosed`.
    """
    holding.hold(patient.user)
    patient.answers_json = answers.to_keep().as_json()
    if patient.is_new:
        patient.save()
        return
    _take_version(patient)
    before, now = Patient.objects.get(pk=patient.pk).answers, patient.answers
    changed = _news(before, now)
    patient.save(update_fields=("answers_json", "relation", "changed_at"))
    if changed:
        for follower in _followers:
            follower.answers_changed(patient, changed)


def _news(before: Answers, now: Answers) -> tuple[str, ...]:
    """What is newly known; a first answer that is silent, and one that is asked no more, are not."""
    age = now.age_on(days.at_pharmacy())
    silent = {
        each.name
        for each in questions.table()
        if (each.is_first_silent and not before.is_given(each.name))
        or not (now.is_given(each.name) or each.can_apply(now.values, age=age))
    }
    return tuple(name for name in now.differing(before) if name not in silent)


def hold(patient: Patient) -> None:
    """Keep the patient as they are until the transaction ends: nobody takes them off the list meanwhile."""
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)


@transaction.atomic
def archive(patient: Patient) -> None:
    """Take a patient off the list; nothing is deleted, and nothing more is ordered for them.

    Raises ChangedMeanwhile.
    """
    _take_version(patient)
    _list(patient, is_archived=True)


@transaction.atomic
def restore(patient: Patient) -> None:
    """Put an archived patient back on the list. Raises ChangedMeanwhile."""
    _take_version(patient, is_archived=True)
    _list(patient, is_archived=False)


def _list(patient: Patient, *, is_archived: bool) -> None:
    patient.is_archived = is_archived
    patient.save(update_fields=("is_archived", "changed_at"))
    for follower in _followers:
        follower.list_changed(patient)


def _take_version(patient: Patient, *, is_archived: bool = False) -> None:
    seen = Patient.objects.filter(pk=patient.pk, version=patient.version, is_archived=is_archived)
    if not seen.update(version=F("version") + 1):
        now = Patient.objects.filter(pk=patient.pk).first()
        if now is None:
            raise Removed(str(patient))
        raise ChangedMeanwhile(now)
    patient.version += 1
