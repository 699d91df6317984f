"""Prescriptions: what was sent in, what was decided, what may be and was supplied."""

from __future__ import annotations

import logging
import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from catalogue.amounts import doses_of
from catalogue.fields import FractionField, StrengthField
from shop import days
from shop.jurisdictions.profile import Authenticity
from shop.patients.answers import Answers
from shop.prescriptions.files.quota import FilesOfADay  # noqa: F401 (a model of this app)
from shop.prescriptions.files.scanner import Scan
from shop.prescriptions.statuses import (
    UNDER_REVIEW,
    Action,
    AskReason,
    DocumentKind,
    RefusalReason,
    Status,
)
from shop.vault.fields import SealedJSONField, SealedTextField
from shop.vault.sealing import VaultError

logger = logging.getLogger(__name__)

# No vowels and nothing that reads like a digit: a reference spells no word and survives a phone call.
REFERENCE_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
REFERENCE_LENGTH = 12


def new_reference() -> str:
    """A reference that cannot be guessed (12 of 27 signs: 57 bits)."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))


# Answers to the question `taking`.
NOT_TAKING = ("new", "stopped")


class PrescriptionQuerySet(models.QuerySet["Prescription"]):
    def of(self, user: Any) -> PrescriptionQuerySet:
        """The prescriptions that this customer sent in."""
        return self.filter(user=user).exclude(status=Status.DRAFT)

    def draft_of(self, user: Any) -> Prescription | None:
        """What this customer typed and did not send yet."""
        return self.filter(user=user, status=Status.DRAFT).first()

    def waiting(self) -> PrescriptionQuerySet:
        """Prescriptions a pharmacist has to decide, longest wait first."""
        return self.filter(status__in=(Status.SUBMITTED, Status.IN_REVIEW)).order_by(
            "submitted_at", "pk"
        )

    def with_unread_for_owner(self) -> PrescriptionQuerySet:
        """Each with `has_unread`: whether a pharmacist wrote what the customer has not opened."""
        return self._with_unread(Message.objects.unread_by_patient())

    def with_unread_for_pharmacy(self) -> PrescriptionQuerySet:
        """Each with `has_unread`: whether the customer wrote what no pharmacist has read."""
        return self._with_unread(Message.objects.unread_by_pharmacy())

    def _with_unread(self, unread: MessageQuerySet) -> PrescriptionQuerySet:
        return self.annotate(has_unread=Exists(unread.filter(prescription=OuterRef("pk"))))

    def perhaps_usable(self) -> PrescriptionQuerySet:
        """All that `is_usable`, and such as ended within the last day: that depends on the patient."""
        approved = self.filter(status=Status.APPROVED, valid_until__gte=days.earliest())
        return approved.exclude(patient__is_archived=True)


class Prescription(models.Model):
    """A prescription that a customer sent in, with the patient's answers and the decision on it."""

    reference = models.CharField(max_length=REFERENCE_LENGTH, unique=True, default=new_reference)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="prescriptions"
    )
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="prescriptions", null=True
    )
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1)
    submitted_at = models.DateTimeField(default=timezone.now)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    claim_until = models.DateTimeField(null=True, blank=True)

    # The patient's answers as they were when the prescription was sent.
    answers_json = SealedJSONField(row_name="reference")
    # What was typed into the form of a prescription that is not sent yet.
    typed = SealedJSONField(row_name="reference", null=True)
    days_left = models.PositiveSmallIntegerField(_("days of it left"), null=True, blank=True)

    question = SealedTextField(row_name="reference")
    ask_reason = models.CharField(max_length=12, choices=AskReason, blank=True)
    # How many pictures came with the answer to the last question, until something is decided.
    new_pictures = models.PositiveSmallIntegerField(default=0)
    answer = SealedTextField(row_name="reference")

    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_registration = models.CharField(max_length=160, blank=True)
    prescriber = models.CharField(max_length=150, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    authenticity = models.CharField(max_length=24, choices=Authenticity, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    refusal_reason = models.CharField(max_length=3, choices=RefusalReason, blank=True)
    message = SealedTextField(row_name="reference")
    # Tells the same prescription again without saying whose it is; see duplicates.py.
    fingerprint = models.CharField(max_length=64, blank=True, db_index=True)

    objects = PrescriptionQuerySet.as_manager()

    class Meta:
        ordering = ("-submitted_at",)
        indexes = (models.Index(fields=("status", "submitted_at"), name="queue"),)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=Status.values), name="known_status"),
            models.CheckConstraint(
                condition=Q(status__in=(Status.DRAFT, *UNDER_REVIEW, Status.CANCELLED))
                | Q(
                    decided_at__isnull=False, decided_by__isnull=False, decided_registration__gt=""
                ),
                name="a_decision_has_a_pharmacist",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.IN_REVIEW)
                | Q(claimed_by__isnull=False, claim_until__isnull=False),
                name="a_review_has_a_pharmacist",
            ),
            models.UniqueConstraint(
                fields=("user",), condition=Q(status=Status.DRAFT), name="one_draft_per_customer"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(Status.APPROVED, Status.USED_UP, Status.EXPIRED))
                | Q(
                    valid_until__isnull=False,
                    issued_on__isnull=False,
                    authenticity__gt="",
                    prescriber__gt="",
                ),
                name="an_approval_has_an_end_and_proof",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.REFUSED) | Q(refusal_reason__gt=""),
                name="a_refusal_has_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def is_usable(self) -> bool:
        """Whether anything may be supplied on it now; what is left is another question.

        Its last day lasts until it is over at the pharmacy and for the patient.
        """
        return (
            self.status == Status.APPROVED
            and self.valid_until is not None
            and not days.is_over(self.valid_until, country=self.country)
            and not self.is_for_archived
        )

    @property
    def country(self) -> str:
        """Where the patient lives; empty when they did not say, or nobody can open it any more."""
        return self._readable_answers.country

    @property
    def takes_none_yet(self) -> bool:
        """Whether the patient said that they do not take it: they never did, or have stopped."""
        return self._readable_answers["taking"] in NOT_TAKING

    @property
    def _readable_answers(self) -> Answers:
        try:
            return self.answers
        except VaultError:
            logger.exception("the answers of %s cannot be opened", self.reference)
            return Answers()

    @property
    def is_for_archived(self) -> bool:
        """Whether the customer took the patient off their list."""
        return self.patient is not None and self.patient.is_archived

    @cached_property
    def doses(self) -> str:
        """What was asked for, as a plural: "tablets"."""
        return doses_of(
            wish.medicine.form for wish in self.requested_packs.select_related("medicine")
        )

    @property
    def typed_so_far(self) -> dict[str, Any]:
        """What was typed into the form; nothing when it cannot be opened any more."""
        try:
            return self.typed or {}
        except VaultError:
            # The key may be gone; whoever typed it must be able to begin again.
            logger.exception("the draft %s cannot be opened", self.pk)
            return {}

    @property
    def answers(self) -> Answers:
        """What the patient told the pharmacy when the prescription was sent."""
        said = Answers.from_json(self.answers_json)
        # Prescriptions of version 0.1 have it in the column alone.
        return said if self.days_left is None else said.but(days_left=self.days_left)

    @property
    def patient_key(self) -> str:
        """Whom it is for, as forms and the session name them; nobody can guess it."""
        return self.patient.key if self.patient else self.reference

    @property
    def patient_name(self) -> str:
        """Whom it is for."""
        return self.answers.patient_name


class SearchWord(models.Model):
    """A keyed fingerprint of a word that a prescription is found by; see finding.py."""

    prescription = models.ForeignKey(
        Prescription, on_delete=models.CASCADE, related_name="search_words"
    )
    word = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("word", "prescription"), name="each_word_once"),
        )

    def __str__(self) -> str:
        return self.word


class RequestedPack(models.Model):
    """What the basket held when the prescription was sent: a wish, not an authorisation."""

    prescription = models.ForeignKey(
        Prescription, on_delete=models.CASCADE, related_name="requested_packs"
    )
    medicine = models.ForeignKey("catalogue.Product", on_delete=models.PROTECT, related_name="+")
    strength = StrengthField()
    units = models.PositiveIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("prescription", "medicine", "strength"), name="one_wish_per_strength"
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="wish_is_for_units"),
        )

    def __str__(self) -> str:
        return self.medicine.form.counted_of(self.units, self.strength)

    @property
    def size(self) -> str:
        """In words: "60 tablets"."""
        return self.medicine.form.counted(self.units)


class Document(models.Model):
    """One file as it was uploaded, sealed in the vault."""

    prescription = models.ForeignKey(
        Prescription, on_delete=models.CASCADE, related_name="documents"
    )
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField(help_text=_("bytes"))
    kind = models.CharField(max_length=12, choices=DocumentKind, default=DocumentKind.PRESCRIPTION)
    sent_at = models.DateTimeField(default=timezone.now)
    # What a pharmacist had asked for; empty for what came with the prescription itself.
    sent_for = models.CharField(max_length=12, choices=AskReason, blank=True)
    scan = models.CharField(max_length=14, choices=Scan, default=Scan.NOT_CONFIGURED)
    sealed_name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(scan__in=Scan.values), name="known_scan"),
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="known_kind_of_document"
            ),
        )

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def context(self) -> str:
        """What the file is sealed for; it opens as nothing else."""
        return f"document:{self.uuid}"


class Page(models.Model):
    """One picture made from an uploaded file, sealed in the vault."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pages")
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.PositiveSmallIntegerField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    sealed_name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ("document", "number")
        constraints = (
            models.UniqueConstraint(fields=("document", "number"), name="one_page_per_number"),
        )

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def context(self) -> str:
        """What the picture is sealed for; it opens as nothing else."""
        return f"page:{self.uuid}"


class AuthorisationQuerySet(models.QuerySet["Authorisation"]):
    def with_units_left(self) -> AuthorisationQuerySet:
        """Those on which something may still be supplied."""
        wanted = F("units_per_supply") * F("supplies")
        return self.filter(ended_at__isnull=True, units_supplied__lt=wanted)


class Authorisation(models.Model):
    """What a pharmacist allows to be supplied of one strength, and how much of it went out."""

    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="authorisations"
    )
    medicine = models.ForeignKey("catalogue.Product", on_delete=models.PROTECT, related_name="+")
    strength = StrengthField()
    units_per_supply = models.PositiveSmallIntegerField()
    supplies = models.PositiveSmallIntegerField()
    directions = models.CharField(max_length=300)
    # Units of this strength the directions amount to; empty when they name no daily number.
    units_a_day = FractionField(null=True)
    # What the pharmacist could read about the medicine when deciding; versions are never changed.
    content_version = models.ForeignKey(
        "catalogue.ContentVersion", on_delete=models.PROTECT, related_name="+", null=True
    )
    units_supplied = models.PositiveIntegerField(default=0)
    # When a pharmacist last said that the next supply may be ordered, though no daily number is known.
    let_go_at = models.DateTimeField(null=True)
    # When the strength was not named again by a later approval: nothing more may be taken.
    ended_at = models.DateTimeField(null=True)

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("prescription", "medicine", "strength"),
                name="one_authorisation_per_strength",
            ),
            models.CheckConstraint(
                # None of it may be supplied any more when the supplies are 0.
                condition=Q(units_per_supply__gt=0),
                name="authorisation_is_for_units",
            ),
            models.CheckConstraint(
                condition=Q(
                    units_supplied__gte=0,
                    units_supplied__lte=F("units_per_supply") * F("supplies"),
                ),
                name="never_more_than_authorised",
            ),
        )

    def __str__(self) -> str:
        return f"{self.size} of {self.strength.words}"

    @property
    def size(self) -> str:
        """In words: "3 × 60 tablets"."""
        return f"{self.supplies} × {self.medicine.form.counted(self.units_per_supply)}"

    @property
    def supplied(self) -> str:
        """What went out of it, for people."""
        return self.medicine.form.counted(self.units_supplied)

    @property
    def left(self) -> str:
        """What may still go out, for people."""
        return self.medicine.form.counted(self.units_left)

    @property
    def waits_for_pharmacist(self) -> bool:
        """Whether nothing tells when the next supply is due, and no pharmacist has said so since the last."""
        kept = [row.taken_at for row in self.supply_rows.all() if row.returned_at is None]
        if self.units_a_day or not kept:
            return False
        return self.let_go_at is None or self.let_go_at < max(kept)

    @property
    def units_authorised(self) -> int:
        return self.units_per_supply * self.supplies

    @property
    def units_left(self) -> int:
        """What may still be taken; nothing once it has ended, whatever comes back to it."""
        return 0 if self.ended_at else self.units_authorised - self.units_supplied


class Supply(models.Model):
    """Units taken off an authorisation by one line of an order."""

    authorisation = models.ForeignKey(
        Authorisation, on_delete=models.PROTECT, related_name="supply_rows"
    )
    order_line = models.OneToOneField("order.Line", on_delete=models.PROTECT, related_name="supply")
    units = models.PositiveIntegerField()
    taken_at = models.DateTimeField(auto_now_add=True)
    # Set when the order was cancelled before it left: the units count as not supplied again.
    returned_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = (models.CheckConstraint(condition=Q(units__gt=0), name="supply_is_of_units"),)

    def __str__(self) -> str:
        authorisation = self.authorisation
        return authorisation.medicine.form.counted_of(self.units, authorisation.strength)


class Event(models.Model):
    """One thing that happened to a prescription, for people to read; written by `shop.prescriptions.history`."""

    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="events")
    action = models.CharField(max_length=12, choices=Action)
    from_status = models.CharField(max_length=12, choices=Status, blank=True)
    to_status = models.CharField(max_length=12, choices=Status)
    at = models.DateTimeField(default=timezone.now)
    # Nobody, when the clock or the ledger did it.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    registration = models.CharField(max_length=160, blank=True)
    note = SealedTextField(row_name="audit_sequence")
    # The audit entry that holds a keyed hash of this row.
    audit_sequence = models.PositiveBigIntegerField(unique=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"


class MessageQuerySet(models.QuerySet["Message"]):
    def unread_by_pharmacy(self) -> MessageQuerySet:
        """What patients wrote and no pharmacist has marked as read."""
        return self.filter(read_at__isnull=True, registration="")

    def unread_by_patient(self) -> MessageQuerySet:
        """What pharmacists wrote and the customer has not opened."""
        return self.filter(read_at__isnull=True).exclude(registration="")


class Message(models.Model):
    """One message between the customer and a pharmacist, on one prescription."""

    prescription = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="messages"
    )
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The pharmacist's registration that day; empty for a message of the customer's.
    registration = models.CharField(max_length=160, blank=True)
    text = SealedTextField(row_name="uuid")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        indexes = (
            models.Index(
                fields=("at",),
                condition=Q(read_at__isnull=True, registration=""),
                name="unread_by_pharmacy",
            ),
        )

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_from_pharmacy(self) -> bool:
        return self.registration != ""
