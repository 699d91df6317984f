"""Batches of a pack, the codes by which packs are known, what left of each batch, and recalls."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WHO = settings.AUTH_USER_MODEL
# As GS1 has it: at most so many characters in a batch's number and in a serial number.
CODE_LENGTH = 20
GTIN_LENGTH = 14


class Held(models.TextChoices):
    """Why a batch lies on the shelf and is not sold."""

    SHORT = "short", _("Ends too soon")
    RECALLED = "recalled", _("Recalled")


class Reason(models.TextChoices):
    """Why packs come, go, or are counted otherwise."""

    RECEIVED = "received", _("Received")
    FIRST = "first", _("First stock, counted in")
    COUNT = "count", _("Counted, as the book says")
    MISCOUNTED = "miscounted", _("Miscounted before")
    NOT_FOUND = "not-found", _("Not found")
    DAMAGED = "damaged", _("Damaged")
    EXPIRED = "expired", _("Expired")
    RETURNED = "returned", _("Came back from a customer")
    RECALLED = "recalled", _("Recalled")
    READ = "read", _("Expiry date read from the pack")
    SHORT = "short", _("Ends too soon to be sold")
    SUPPLIED = "supplied", _("Supplied")


COUNTING = (Reason.COUNT, Reason.MISCOUNTED, Reason.NOT_FOUND, Reason.DAMAGED)
WRITING_OFF = (Reason.EXPIRED, Reason.DAMAGED, Reason.RETURNED, Reason.RECALLED, Reason.NOT_FOUND)


class Batch(models.Model):
    """Packs of one stock record that were made together. Expires at the end of a day.

    ``expires`` is empty for first stock whose date nobody has read yet: none of it leaves before.
    """

    stockrecord = models.ForeignKey("partner.StockRecord", models.PROTECT, related_name="batches")
    number = models.CharField(_("batch"), max_length=CODE_LENGTH)
    expires = models.DateField(_("expires"), null=True)
    on_shelf = models.PositiveIntegerField(_("on the shelf"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=2, null=True)
    held = models.CharField(max_length=10, choices=Held, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("stockrecord", "number"), name="one_row_per_batch"),
            models.CheckConstraint(condition=Q(number__gt=""), name="a_batch_has_its_number"),
            models.CheckConstraint(
                condition=Q(held__in=["", *Held.values]), name="known_reason_to_hold_a_batch"
            ),
        )

    def __str__(self) -> str:
        return self.number

    def ends_before(self, day: datetime.date) -> bool:
        """Whether it is over on that day; one whose date is not known is not known to be."""
        return self.expires is not None and self.expires < day

    @property
    def value(self) -> object:
        """What lies there has cost, in the shop's currency; None where nobody knows."""
        return None if self.cost is None else self.cost * self.on_shelf


class Gtin(models.Model):
    """A number by which packs are known all over the world (GTIN-14); it belongs to one pack."""

    number = models.CharField(max_length=GTIN_LENGTH, unique=True)
    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="gtins")
    entered_by = models.ForeignKey(WHO, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(WHO, models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number


class Supplied(models.Model):
    """Packs of a batch that left with a line of an order; each with a serial number is a row."""

    order_line = models.ForeignKey("order.Line", models.PROTECT, related_name="supplied_from")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="supplied")
    packs = models.PositiveIntegerField()
    serial = models.CharField(max_length=CODE_LENGTH, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(packs__gt=0), name="something_was_supplied"),
            models.UniqueConstraint(
                fields=("batch", "serial"),
                condition=Q(serial__gt=""),
                name="a_pack_is_supplied_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.packs} of {self.batch_id}"


class Recall(models.Model):
    """A batch that is called back: held at once, and everybody who has it is to be reached."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="recalls")
    why = models.TextField(_("why"))
    notice = models.CharField(_("notice"), max_length=120, blank=True)
    started_by = models.ForeignKey(WHO, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(WHO, models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("batch",), condition=Q(ended_at=None), name="one_open_recall_per_batch"
            ),
        )

    def __str__(self) -> str:
        return f"recall of {self.batch_id}"
