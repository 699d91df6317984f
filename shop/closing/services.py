"""Closes an account and removes a patient, all of it or nothing; what the law keeps stays."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.urls import reverse
from oscar.apps.basket.models import Line

from shop.accounts import holding
from shop.accounts.actors import account, actor_of
from shop.accounts.models import CLOSED_DOMAIN, User, sign_in_changing
from shop.audit import log, states
from shop.basket.models import Basket
from shop.closing import rules
from shop.closing.rules import Obstacle
from shop.mailing import outbox
from shop.patients.models import Patient
from shop.prescriptions import finding, sending
from shop.prescriptions.files.quota import FilesOfADay
from shop.prescriptions.models import Document, Page, Prescription, PrescriptionQuerySet
from shop.vault import storage as vault

# Shorter than PostgreSQL takes to find two that wait for each other (deadlock_timeout, a second), so
# that it is always this that gives way, never a pharmacist's decision.
LONGEST_WAIT = "300ms"
# What is taken off a prescription that is no record of care, and what stands there instead.
EMPTY: dict[str, Any] = {
    "answers_json": {},
    "typed": None,
    "days_left": None,
    "question": "",
    "ask_reason": "",
    "new_pictures": 0,
    "answer": "",
    "message": "",
    "fingerprint": "",
    "patient": None,
}


class NotYet(Exception):
    """Something has to be finished first."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        self.obstacles = obstacles
        super().__init__("; ".join(each.text for each in obstacles))


class Busy(Exception):
    """Something else was being written for the account; nothing was changed."""


def close(user: User) -> None:
    """Close the account; raises NotYet, Busy, and `shop.accounts.holding.AccountClosed`."""
    try:
        with transaction.atomic():
            _do_not_wait_long()
            _close(holding.hold_alone(user))
    except OperationalError as error:
        raise Busy(str(user.pk)) from error


def _close(user: User) -> None:
    if obstacles := rules.obstacles_of(user):
        raise NotYet(obstacles)
    sending.discard_draft(by=user)
    erased = _erase(rules.untouched(Prescription.objects.filter(user=user)))
    deleted = _delete_patients(Patient.objects.filter(user=user))
    user.addresses.all().delete()
    _delete_baskets(user)
    _end_sessions(user)
    outbox.forget(user)
    _take_the_name_off(user)
    _record_erasures(erased, by=user)
    log.append(
        "account.close",
        actor=actor_of(user),
        subject=account(user),
        details={
            "patients_deleted": len(deleted),
            "prescriptions_erased": len(erased.prescriptions),
        },
    )


def _take_the_name_off(user: User) -> None:
    """The address is free again for a new account, and the farewell is the last message to it."""
    EmailAddress.objects.filter(user=user).delete()
    with sign_in_changing(user, by=actor_of(user)):
        Authenticator.objects.filter(user=user).delete()
        user.set_unusable_password()
        user.save(update_fields=("password",))
    FilesOfADay.objects.filter(user=user).delete()
    user.devices.all().delete()
    old, user.email = user.email, f"{uuid.uuid4().hex}@{CLOSED_DOMAIN}"
    user.first_name = user.last_name = ""
    user.is_active = False
    user.save(update_fields=("email", "first_name", "last_name", "is_active"))
    outbox.queue(
        "account_closed",
        key=str(user.pk),
        user=user,
        path=reverse("home"),
        label="",
        address=old,
    )


def remove_patient(patient: Patient, *, by: User) -> bool:
    """Delete a patient, or archive one whose prescriptions are kept; tells whether it was deleted.

    Raises NotYet, and `shop.accounts.holding.AccountClosed`.
    """
    with transaction.atomic():
        holding.hold(by)
        if obstacles := rules.obstacles_of_patient(patient):
            raise NotYet(obstacles)
        draft = Prescription.objects.draft_of(by)
        if draft is not None and draft.typed_so_far.get("patient") == patient.key:
            sending.discard_draft(by=by)
        erased = _erase(rules.untouched(Prescription.objects.filter(patient=patient)))
        deleted = _delete_patients(Patient.objects.filter(pk=patient.pk))
        _record_erasures(erased, by=by)
        log.append(
            "patient.delete" if deleted else "patient.archive",
            actor=actor_of(by),
            subject=log.Subject("patient", str(patient.uuid)),
        )
    return bool(deleted)


@dataclass(frozen=True)
class Erased:
    """Prescriptions that were emptied, and which of them the log did not know before."""

    prescriptions: list[Prescription]
    strange: set[int]


def _erase(untouched: PrescriptionQuerySet) -> Erased:
    """Empty these: their events stay, and with them the rows that the events name."""
    erased = list(untouched.order_by("pk"))
    strange = states.unknown(erased)
    documents = Document.objects.filter(prescription__in=erased)
    pages = Page.objects.filter(document__in=documents)
    names = [
        *documents.values_list("sealed_name", flat=True),
        *pages.values_list("sealed_name", flat=True),
    ]
    documents.delete()
    finding.forget(erased)
    for prescription in erased:
        prescription.requested_packs.all().delete()
        prescription.flags.all().delete()
        for name, empty in EMPTY.items():
            setattr(prescription, name, empty)
        prescription.save(update_fields=EMPTY)
    # What a process leaves that dies here, `sweep_vault` removes.
    transaction.on_commit(lambda: vault.discard_all(names))
    return Erased(erased, strange)


def _record_erasures(erased: Erased, *, by: User) -> None:
    for prescription in erased.prescriptions:
        for change in prescription.answers_changes.all():
            states.record_deletion(change, "answers_change.erase", actor=actor_of(by))
            change.delete()
        add = states.note if prescription.pk in erased.strange else states.record
        add(prescription, "prescription.erase", actor=actor_of(by))


def _delete_patients(patients: Any) -> list[int]:
    """Delete those of whom no prescription is kept, archive the others."""
    deleted = list(patients.filter(prescriptions__isnull=True).values_list("pk", flat=True))
    patients.filter(pk__in=deleted).delete()
    patients.filter(is_archived=False).update(is_archived=True, version=F("version") + 1)
    return deleted


def _delete_baskets(user: User) -> None:
    """Empty the carts, and delete those that no payment names."""
    carts = Basket.objects.filter(owner=user).exclude(status=Basket.SUBMITTED)
    Line.objects.filter(basket__in=carts).delete()
    carts.filter(payment_attempts__isnull=True).delete()


def _end_sessions(user: User) -> None:
    """On every device: a session may hold an address that was typed at the checkout."""
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


def _do_not_wait_long() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
