"""What may be done to a prescription, and by whom; every change leaves an event."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from shop.accounts.models import User
from shop.patients import services as patients
from shop.patients.answers import Answers
from shop.patients.models import Patient
from shop.prescriptions import authorising, duplicates, history
from shop.prescriptions.authorising import Allowance
from shop.prescriptions.intake import Picture
from shop.prescriptions.models import (
    Document,
    Event,
    Page,
    Prescription,
    RequestedPack,
)
from shop.prescriptions.scanner import Scan
from shop.prescriptions.statuses import (
    TRANSITIONS,
    UNDER_REVIEW,
    Action,
    Authenticity,
    RefusalReason,
    Status,
)
from shop.vault import storage as vault
from shop.vault.fields import SealedJSONField
from shop.vault.sealing import VaultError


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


# What else happens with a move, in its transaction; an app above adds its part when it is ready.
FOLLOWERS: list[Callable[[Event], None]] = []
# With these a pharmacist answers everything that the customer wrote so far.
DECIDES = (Action.ASK, Action.APPROVE, Action.REFUSE)
# What ends a claim.
NOT_HELD: dict[str, Any] = {"claimed_by": None, "claim_until": None}


@dataclass(frozen=True)
class Upload:
    """An uploaded file, and the pictures made from it."""

    data: bytes
    pictures: tuple[Picture, ...]
    scan: Scan = Scan.NOT_CONFIGURED


@dataclass(frozen=True)
class Wish:
    """Tablets of one strength of a medicine that the customer would like."""

    medicine_id: int
    strength_mg: int
    tablets: int


@dataclass(frozen=True)
class Legal:
    """What makes the prescription valid: who wrote it, when, how we know, and until when it lasts."""

    prescriber: str
    issued_on: datetime.date
    authenticity: Authenticity
    valid_until: datetime.date


class AlreadySent(Exception):
    """The form was sent before: ``prescription`` is what became of it."""

    def __init__(self, prescription: Prescription) -> None:
        self.prescription = prescription
        super().__init__(str(prescription))


@transaction.atomic
def begin_draft(*, by: User) -> Prescription:
    """The customer's one draft, begun when there is none; its reference stays when it is sent."""
    return _draft(by)


@transaction.atomic
def save_draft(*, by: User, typed: dict[str, Any], reference: str = "") -> Prescription:
    """Keep what somebody typed into the form, until they send it.

    Raises AlreadySent when the draft called ``reference`` was sent meanwhile.
    """
    draft = _draft(by, reference)
    draft.typed = typed
    draft.submitted_at = timezone.now()
    draft.save(update_fields=("typed", "submitted_at"))
    return draft


def discard_draft(*, by: User) -> None:
    """Forget what the customer typed and did not send."""
    Prescription.objects.filter(user=by, status=Status.DRAFT).delete()


def delete_old_drafts() -> int:
    """Forget every draft that nobody touched for `DRAFT_DAYS`; how many there were."""
    last = timezone.now() - datetime.timedelta(days=settings.DRAFT_DAYS)
    deleted, _ = Prescription.objects.filter(status=Status.DRAFT, submitted_at__lt=last).delete()
    return deleted


def _draft(by: User, reference: str = "") -> Prescription:
    """The customer's draft, locked; raises AlreadySent when the one called ``reference`` was sent."""
    own = Prescription.objects.select_for_update().filter(user=by)
    called = own.filter(reference=reference).first()
    if called is not None and called.status != Status.DRAFT:
        raise AlreadySent(called)
    draft, _ = own.get_or_create(user=by, status=Status.DRAFT, defaults={"answers_json": {}})
    return draft


def submit(  # noqa: PLR0913
    *,
    by: User,
    answers: Answers,
    wishes: Iterable[Wish],
    uploads: Sequence[Upload],
    patient: Patient | None = None,
    days_left: int | None = None,
    reference: str = "",
) -> Prescription:
    """Store a prescription and put it in the pharmacists' queue; all of it or nothing.

    The answers go with it as they are now, and become the newest ones of the patient. Raises
    AlreadySent when the draft called ``reference`` was sent before, and ChangedMeanwhile when
    somebody else changed the patient; then nothing is kept.
    """
    kept: list[str] = []
    try:
        documents = [_seal(upload, kept) for upload in uploads]
        with transaction.atomic():
            prescription = _draft(by, reference)
            if patient:
                patients.keep(patient, answers=answers)
            prescription.answers_json = answers.as_json()
            prescription.typed = None
            prescription.save(update_fields=("answers_json", "typed"))
            _write_rows(prescription, wishes, documents)
            _move(
                prescription,
                Action.SUBMIT,
                by=by,
                patient=patient,
                days_left=days_left,
                submitted_at=timezone.now(),
            )
    except BaseException:
        for name in kept:
            vault.discard(name)
        raise
    return prescription


def _seal(upload: Upload, kept: list[str]) -> tuple[Document, list[Page]]:
    sha256 = hashlib.sha256(upload.data).hexdigest()
    document = Document(sha256=sha256, size=len(upload.data), scan=upload.scan)
    _keep(document, upload.data, kept)
    pages = []
    for number, picture in enumerate(upload.pictures, start=1):
        page = Page(number=number, width=picture.width, height=picture.height)
        _keep(page, picture.jpeg, kept)
        pages.append(page)
    return document, pages


def _keep(row: Document | Page, data: bytes, kept: list[str]) -> None:
    row.sealed_name = vault.store(data, context=row.context)
    kept.append(row.sealed_name)


def _write_rows(
    prescription: Prescription,
    wishes: Iterable[Wish],
    documents: list[tuple[Document, list[Page]]],
) -> None:
    RequestedPack.objects.bulk_create(
        RequestedPack(prescription=prescription, **asdict(wish)) for wish in wishes
    )
    for document, pages in documents:
        document.prescription = prescription
        document.save()
        for page in pages:
            page.document = document
            page.save()


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
    _move(
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
    _move(prescription, Action.RELEASE, by=by, registration=registration, **NOT_HELD)


def ask(prescription: Prescription, *, by: User, question: str) -> None:
    """Put a question to the customer; the prescription waits for the answer."""
    registration = _held_registration(prescription, by)
    with transaction.atomic():
        _move(
            prescription,
            Action.ASK,
            by=by,
            registration=registration,
            note=question,
            question=question,
            answer="",
            **NOT_HELD,
        )
        history.post(prescription, by=by, registration=registration, text=question)


def answer(prescription: Prescription, *, by: User, text: str) -> None:
    """Answer the pharmacist's question; the prescription goes back to the queue."""
    check_owner(prescription, by)
    with transaction.atomic():
        _move(prescription, Action.ANSWER, by=by, note=text, answer=text)
        history.post(prescription, by=by, registration="", text=text)


def approve(
    prescription: Prescription,
    *,
    by: User,
    allowances: Sequence[Allowance],
    legal: Legal,
    message: str = "",
) -> None:
    """Allow these tablets until ``legal.valid_until``; on a second approval, in place of the first.

    Raises BelowSupplied when more was supplied already, NotAllowed for anyone who is not a pharmacist today, or for one's own prescription,
    HeldByAnother when it is not theirs to decide, and TransitionRefused when somebody else changed
    the prescription first.
    """
    if not allowances:
        raise ValueError("an approval allows at least one strength")
    decision = _decision(prescription, by)
    with transaction.atomic():
        _move(
            prescription,
            Action.APPROVE,
            by=by,
            registration=decision["decided_registration"],
            note=message,
            message=message,
            **asdict(legal),
            **decision,
        )
        authorising.write(prescription, allowances)
        _remember(prescription, legal)


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
    decision = _decision(prescription, by)
    _move(
        prescription,
        Action.REFUSE,
        by=by,
        registration=decision["decided_registration"],
        note=message,
        refusal_reason=reason,
        message=message,
        **decision,
    )


def withdraw(prescription: Prescription, *, by: User, message: str) -> None:
    """Take an approval back: nothing more may be paid for or sent on it."""
    registration = registration_of(prescription, by)
    _move(
        prescription,
        Action.WITHDRAW,
        by=by,
        registration=registration,
        note=message,
        message=message,
    )


def reopen(prescription: Prescription, *, by: User, reason: str) -> None:
    """Send an approval back to the pharmacists, because what they knew has changed."""
    _move(prescription, Action.REOPEN, by=by, note=reason)


def renew_answers(prescription: Prescription, answers: Answers) -> None:
    """Put the patient's newest answers to a prescription; a page that shows older ones is stale.

    What was asked with the prescription alone stays as it was answered then.
    """
    with transaction.atomic():
        renewed = Prescription.objects.filter(
            pk=prescription.pk, version=prescription.version
        ).update(version=F("version") + 1)
        prescription.refresh_from_db()
        if not renewed:
            raise TransitionRefused(prescription, Action.ANSWER)
        prescription.answers_json = answers.beside(prescription.answers).as_json()
        prescription.save(update_fields=("answers_json",))


def use_up(prescription: Prescription, *, by: User | None = None) -> None:
    """Close an approval whose last tablets were supplied."""
    _move(prescription, Action.USE_UP, by=by)


def give_back(prescription: Prescription, *, by: User | None = None, note: str = "") -> None:
    """Open an approval again, because tablets supplied on it came back to it."""
    _move(prescription, Action.GIVE_BACK, by=by, note=note)


def note_given_back(prescription: Prescription, *, by: User | None, note: str) -> None:
    """Write down that tablets came back to a prescription that stays as it is."""
    event = Event(
        prescription=prescription,
        action=Action.GIVE_BACK,
        from_status=prescription.status,
        to_status=prescription.status,
        by=by,
        note=note,
    )
    history.record(event)


def expire(prescription: Prescription) -> None:
    """Close an approval whose last day is over."""
    _move(prescription, Action.EXPIRE, by=None)


def cancel(prescription: Prescription, *, by: User) -> None:
    """Take the prescription back before it is decided."""
    check_owner(prescription, by)
    _move(prescription, Action.CANCEL, by=by, **NOT_HELD)


def open_page_as_owner(page: Page, *, by: User) -> bytes:
    """The picture (JPEG) of a page of one's own prescription; raises NotAllowed, and records it."""
    try:
        check_owner(page.document.prescription, by)
    except NotAllowed:
        history.record_refusal(page, by=by)
        raise
    return _open(page, by=by, registration="")


def open_page_as_pharmacist(page: Page, *, by: User) -> bytes:
    """The picture (JPEG) of a page, for a pharmacist; raises NotAllowed, and records it."""
    try:
        registration = registration_of(page.document.prescription, by)
    except NotAllowed:
        history.record_refusal(page, by=by)
        raise
    return _open(page, by=by, registration=registration)


def open_sealed(row: Document | Page) -> bytes:
    """What the file holds; raises VaultError. A new key may give it a new name while we look."""
    try:
        return vault.fetch(row.sealed_name, context=row.context)
    except VaultError:
        name = row.sealed_name
        row.refresh_from_db(fields=("sealed_name",))
        if row.sealed_name == name:
            raise
        return vault.fetch(row.sealed_name, context=row.context)


def _open(page: Page, *, by: User, registration: str) -> bytes:
    prescription = page.document.prescription
    picture = open_sealed(page)
    event = Event(
        prescription=prescription,
        action=Action.OPEN_PAGE,
        from_status=prescription.status,
        to_status=prescription.status,
        by=by,
        registration=registration,
        note=f"page {page.number} of {page.document.sha256[:12]}",
    )
    history.record(event, page=str(page.uuid))
    return picture


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


def _decision(prescription: Prescription, by: User) -> dict[str, Any]:
    return {
        "decided_registration": _held_registration(prescription, by),
        "decided_by": by,
        "decided_at": timezone.now(),
        **NOT_HELD,
    }


def _move(
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
            registration=registration,
            note=note,
        )
        event.to_status = to_status
        history.record(event)
        if action in DECIDES:
            # The version tells that the pharmacist has seen every message there was.
            history.mark_read_by_pharmacy(prescription)
        for follow in FOLLOWERS:
            follow(event)


def _sealed(prescription: Prescription, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes, as an update may write them: what is sealed, sealed for this row."""
    sealed = dict(changes)
    for name, value in changes.items():
        field = Prescription._meta.get_field(name)  # noqa: SLF001 Django documents it
        if isinstance(field, SealedJSONField):
            sealed[name] = field.sealed(prescription, value)
    return sealed
