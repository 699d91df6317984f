"""An entry for each supply that left the pharmacy, and what pharmacists noted on it since."""

from __future__ import annotations

import logging
import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.register.particulars import Particulars
from shop.vault.fields import SealedJSONField, SealedTextField
from shop.vault.sealing import VaultError

logger = logging.getLogger(__name__)


class EntryQuerySet(models.QuerySet["Entry"]):
    def with_annotations(self) -> EntryQuerySet:
        """Each with its annotations and who made them, in two queries more."""
        annotations = Annotation.objects.select_related("by")
        return self.prefetch_related(models.Prefetch("annotations", annotations))


class Entry(models.Model):
    """One supply. The database refuses to change or delete it; see `shop.audit.guards`."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    supply = models.OneToOneField(
        "prescriptions.Supply", on_delete=models.PROTECT, related_name="register_entry"
    )
    supplied_on = models.DateField(_("date of supply"))
    entered_at = models.DateTimeField(default=timezone.now)
    order_number = models.CharField(_("order"), max_length=128)
    prescription_reference = models.CharField(_("prescription"), max_length=12)
    particulars = SealedJSONField(row_name="number")
    # The audit entry that holds a keyed hash of this row.
    audit_sequence = models.PositiveBigIntegerField(unique=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        verbose_name = _("register entry")
        verbose_name_plural = _("register of supplies")
        indexes = (models.Index(fields=("supplied_on", "number"), name="register_by_day"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(number__gt=0), name="register_counts_from_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def what(self) -> Particulars | None:
        """What was supplied, for whom, on whose prescription; None when it cannot be opened.

        One entry that is damaged does not hide the others.
        """
        try:
            return Particulars.from_json(self.particulars)
        except VaultError:
            logger.exception("register entry %s cannot be opened", self.number)
            return None


class Annotation(models.Model):
    """A note on an entry, dated and signed: the only way to correct one."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="annotations")
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    text = SealedTextField(row_name="uuid")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registration = models.CharField(max_length=160)
    at = models.DateTimeField(default=timezone.now)
    audit_sequence = models.PositiveBigIntegerField(unique=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(registration__gt=""), name="an_annotation_is_signed"
            ),
        )

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def words(self) -> str:
        """The note; says so when it cannot be opened."""
        try:
            return str(self.text)
        except VaultError:
            logger.exception("annotation %s cannot be opened", self.uuid)
            return gettext("This note cannot be opened.")
