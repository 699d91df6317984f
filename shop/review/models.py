"""What a pharmacist works on, signs and decides; and the flags the queue is filtered by."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.patients.answers import Answers
from shop.vault.fields import SealedJSONField


class FlagKind(models.TextChoices):
    """Why a prescription stands out in the queue; says nothing more about the patient."""

    INTERACTION = "interaction", _("Interaction")
    NOT_CHECKED = "not_checked", _("Medicine not recognized")
    NOT_SOLD = "not_sold", _("Not on sale")
    DOSE = "dose", _("High dose")
    KIDNEYS = "kidneys", _("Kidneys")
    AGE = "age", _("Age")
    PREGNANCY = "pregnancy", _("Pregnancy")
    CONDITION = "condition", _("Epilepsy or ulcer")
    DUPLICATE = "duplicate", _("Seen before")
    COUNTRY = "country", _("Country")
    MISMATCH = "mismatch", _("Does not match")
    CHANGED = "changed", _("Answers changed")
    UNSCANNED = "unscanned", _("Not scanned")
    REPEAT = "repeat", _("Early or late")
    ANSWERED = "answered", _("Question answered")
    REOPENED = "reopened", _("To be checked again")


class Flag(models.Model):
    """One reason to look twice at a prescription; the kind only."""

    prescription = models.ForeignKey(
        "prescriptions.Prescription", on_delete=models.CASCADE, related_name="flags"
    )
    kind = models.CharField(max_length=12, choices=FlagKind)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "prescription"), name="one_flag_of_each_kind"),
            models.CheckConstraint(condition=Q(kind__in=FlagKind.values), name="known_flag"),
        )

    def __str__(self) -> str:
        return str(self.kind)


class Worksheet(models.Model):
    """What was typed at the desk about one prescription, finished or not."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    prescription = models.OneToOneField(
        "prescriptions.Prescription", on_delete=models.PROTECT, related_name="worksheet"
    )
    typed = SealedJSONField(row_name="uuid")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.uuid)


class AnswersChange(models.Model):
    """Answers that took the place of others after a prescription was sent; it is never changed.

    ``before`` and ``now`` hold those that differ, by their questions, as `Answers.named` writes them.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    prescription = models.ForeignKey(
        "prescriptions.Prescription", on_delete=models.PROTECT, related_name="answers_changes"
    )
    before = SealedJSONField(row_name="uuid")
    now = SealedJSONField(row_name="uuid")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def names(self) -> tuple[str, ...]:
        """Whichever answers differ, in the order in which they are asked."""
        return Answers.from_json(self.now).differing(Answers.from_json(self.before))


class CheckKind(models.TextChoices):
    LEGAL = "legal", _("Legal check")
    CLINICAL = "clinical", _("Clinical check")


class Check(models.Model):
    """A check that a pharmacist signed; ``covers`` is the SHA-256 of what it was signed for."""

    prescription = models.ForeignKey(
        "prescriptions.Prescription", on_delete=models.PROTECT, related_name="checks"
    )
    kind = models.CharField(max_length=8, choices=CheckKind)
    covers = models.CharField(max_length=64)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    registration = models.CharField(max_length=160)
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("signed_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=CheckKind.values, registration__gt="", covers__gt=""),
                name="a_check_is_signed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.registration}"


class Channel(models.TextChoices):
    """How a prescriber was reached."""

    PHONE = "phone", _("Telephone")
    EMAIL = "email", _("Secure e-mail")
    LETTER = "letter", _("Letter")
    SYSTEM = "system", _("Prescription system")
    IN_PERSON = "in_person", _("In person")


class PrescriberQuery(models.Model):
    """A question to the prescriber and the answer (CLN-6). Never changed; a new one is a new row.

    ``content`` holds who was asked, the number dialled, question and answer, and the alert the
    prescriber's confirmation is about, if it is one.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    prescription = models.ForeignKey(
        "prescriptions.Prescription", on_delete=models.PROTECT, related_name="prescriber_queries"
    )
    channel = models.CharField(max_length=10, choices=Channel)
    content = SealedJSONField(row_name="uuid")
    is_confirmed = models.BooleanField(default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    registration = models.CharField(max_length=160)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("asked_at", "pk")

    def __str__(self) -> str:
        return str(self.uuid)


class SecondLook(models.Model):
    """Why a prescription may be decided although the same was seen before; of another pharmacist.

    ``covers`` is the SHA-256 of what had become of the ``other`` one; ``content`` holds why. Never changed.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    prescription = models.ForeignKey(
        "prescriptions.Prescription", on_delete=models.PROTECT, related_name="second_looks"
    )
    other = models.ForeignKey(
        "prescriptions.Prescription", on_delete=models.PROTECT, related_name="+"
    )
    covers = models.CharField(max_length=64)
    content = SealedJSONField(row_name="uuid")
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    registration = models.CharField(max_length=160)
    looked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("looked_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(registration__gt="", covers__gt=""), name="a_second_look_is_signed"
            ),
            models.CheckConstraint(
                condition=~Q(prescription=models.F("other")), name="a_second_look_is_at_two"
            ),
        )

    def __str__(self) -> str:
        return str(self.uuid)


class MedicineSource(models.TextChoices):
    """Where a pharmacist has it from that the patient takes a medicine."""

    PAPER = "paper", _("Read on the prescription or another paper")
    PHONE = "phone", _("Heard on the telephone")
    IN_PERSON = "in_person", _("Heard in person")
    RECORD = "record", _("Seen in a health record")


class AddedMedicine(models.Model):
    """A medicine that a pharmacist read or heard of, checked with the patient's own list. Never changed.

    ``content`` holds the medicine as it was written or said, and from whom or on what.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    prescription = models.ForeignKey(
        "prescriptions.Prescription", on_delete=models.PROTECT, related_name="added_medicines"
    )
    content = SealedJSONField(row_name="uuid")
    source = models.CharField(max_length=10, choices=MedicineSource)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    registration = models.CharField(max_length=160)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("added_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(source__in=MedicineSource.values, registration__gt=""),
                name="an_added_medicine_is_signed",
            ),
        )

    def __str__(self) -> str:
        return str(self.uuid)

    # What was settled before it was known is open again, as after an answer that changed.
    names = ("other_medicines",)

    @property
    def changed_at(self) -> datetime.datetime:
        return self.added_at


class StruckMedicine(models.Model):
    """A medicine that was added by mistake, and counts no more; it stays in the record. Never changed.

    ``content`` holds why.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    prescription = models.ForeignKey(
        "prescriptions.Prescription", on_delete=models.PROTECT, related_name="struck_medicines"
    )
    added = models.OneToOneField(AddedMedicine, on_delete=models.PROTECT, related_name="struck")
    content = SealedJSONField(row_name="uuid")
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    registration = models.CharField(max_length=160)
    struck_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("struck_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(registration__gt=""), name="a_struck_medicine_is_signed"
            ),
        )

    def __str__(self) -> str:
        return str(self.uuid)

    # What was settled with it is open again.
    names = AddedMedicine.names

    @property
    def changed_at(self) -> datetime.datetime:
        return self.struck_at


class NeverChanged(Exception):
    """What was decided stays as it was."""


class DecisionQuerySet(models.QuerySet["Decision"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise NeverChanged("a decision is never changed")

    def delete(self) -> NoReturn:
        raise NeverChanged("a decision is never deleted")


class DecisionKind(models.TextChoices):
    APPROVED = "approved", _("Approved")
    ASKED = "asked", _("Question to the customer")
    REFUSED = "refused", _("Refused")


def digest_of(frozen: Any) -> str:
    """The SHA-256 of what is frozen, however its keys are ordered."""
    plain = json.dumps(frozen, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


class Decision(models.Model):
    """A decision, and everything that was known when it was taken. Never changed."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    prescription = models.ForeignKey(
        "prescriptions.Prescription", on_delete=models.PROTECT, related_name="decisions"
    )
    kind = models.CharField(max_length=8, choices=DecisionKind)
    frozen = SealedJSONField(row_name="uuid")
    digest = models.CharField(max_length=64)
    # The country the medicine goes to (ISO 3166-1 alpha-2); another one reopens the check.
    country = models.CharField(max_length=2, blank=True)
    profile = models.CharField(max_length=20)
    profile_digest = models.CharField(max_length=64)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    registration = models.CharField(max_length=160)
    decided_at = models.DateTimeField(default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("decided_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=DecisionKind.values, registration__gt="", digest__gt=""),
                name="a_decision_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(kind=DecisionKind.APPROVED) | Q(country__gt=""),
                name="an_approval_has_a_country",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.registration}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise NeverChanged("a decision is never changed")
        self.digest = digest_of(self.frozen)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NeverChanged("a decision is never deleted")

    @property
    def is_intact(self) -> bool:
        """Whether what is frozen is what was signed."""
        return digest_of(self.frozen) == self.digest
