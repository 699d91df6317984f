"""What may be done to a prescription, and by whom; every change leaves an event."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from catalogue.content.models import Medicine
from shop.accounts.models import User
from shop.patients.answers import Answers
from shop.patients.models import Patient
from shop.prescriptions import history
from shop.prescriptions.intake import Picture
from shop.prescriptions.models import (
    Authorisation,
    Document,
    Event,
    Page,
    Prescription,
    RequestedPack,
)
from shop.prescriptions.statuses import (
    TRANSITIONS,
    Action,
    Authenticity,
    RefusalReason,
    Status,
)
from shop.vault import storage as vault
from shop.vault.fields import SealedJSONField


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
        if decided.decided_by is None:
            return gettext("This prescription has changed since you opened it. Look at it again.")
        return gettext("This prescription was decided by %(name)s at %(at)s: %(status)s.") % {
            "name": decided.decided_by.name,
            "at": f"{decided.decided_at:%Y-%m-%d %H:%M} UTC",
            "status": decided.get_status_display(),
        }


# With these a pharmacist answers everything that the customer wrote so far.
DECIDES = (Action.ASK, Action.APPROVE, Action.REFUSE)
# What ends a claim.
NOT_HELD: dict[str, Any] = {"claimed_by": None, "claim_until": None}


@dataclass(frozen=True)
class Upload:
    """An uploaded file, and the pictures made from it."""

    data: bytes
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Wish:
    """Tablets of one strength of a medicine that the customer would like."""

    medicine_id: int
    strength_mg: int
    tablets: int


@dataclass(frozen=True)
class Allowance:
    """Tablets of one strength of a medicine that a pharmacist allows."""

    medicine_id: int
    strength_mg: int
    tablets_per_supply: int
    supplies: int
    directions: str


@dataclass(frozen=True)
class Legal:
    """What makes the prescription valid: who wrote it, when, how we know, and until when it lasts."""

    prescriber: str
    issued_on: datetime.date
    authenticity: Authenticity
    valid_until: datetime.date


def save_draft(*, by: User, typed: dict[str, Any]) -> Prescription:
    """Keep what somebody typed into the form, until they send it."""
    with transaction.atomic():
        draft = _draft(by)
        draft.typed = typed
        draft.save(update_fields=("typed",))
    return draft


def _draft(by: User) -> Prescription:
    drafts = Prescription.objects.select_for_update()
    draft, _ = drafts.get_or_create(user=by, status=Status.DRAFT, defaults={"answers_json": {}})
    return draft


def submit(  # noqa: PLR0913
    *,
    by: User,
    answers: Answers,
    wishes: Iterable[Wish],
    uploads: Sequence[Upload],
    patient: Patient | None = None,
    days_left: int | None = None,
) -> Prescription:
    """Store a prescription and put it in the pharmacists' queue; all of it or nothing."""
    kept: list[str] = []
    try:
        documents = [_seal(upload, kept) for upload in uploads]
        with transaction.atomic():
            prescription = _draft(by)
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
    document = Document(sha256=sha256, size=len(upload.data))
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
    """Allow these tablets until ``legal.valid_until``.

    Raises NotAllowed for anyone who is not a pharmacist today, or for one's own prescription,
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
        Authorisation.objects.bulk_create(
            Authorisation(
                prescription=prescription,
                content_version_id=_content_version_of(allowance.medicine_id),
                **asdict(allowance),
            )
            for allowance in allowances
        )


def _content_version_of(product_id: int) -> int | None:
    current = Medicine.objects.filter(product_id=product_id)
    return current.values_list("version_id", flat=True).first()


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


def use_up(prescription: Prescription, *, by: User | None = None) -> None:
    """Close an approval whose last tablets were supplied."""
    _move(prescription, Action.USE_UP, by=by)


def give_back(prescription: Prescription, *, by: User | None = None) -> None:
    """Open an approval again, because tablets supplied on it came back to it."""
    _move(prescription, Action.GIVE_BACK, by=by)


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


def _open(page: Page, *, by: User, registration: str) -> bytes:
    prescription = page.document.prescription
    picture = vault.fetch(page.sealed_name, context=page.context)
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


def _sealed(prescription: Prescription, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes, as an update may write them: what is sealed, sealed for this row."""
    sealed = dict(changes)
    for name, value in changes.items():
        field = Prescription._meta.get_field(name)  # noqa: SLF001 Django documents it
        if isinstance(field, SealedJSONField):
            sealed[name] = field.sealed(prescription, value)
    return sealed
