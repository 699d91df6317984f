"""What was made up for an order, by whom, from which packs; and who checked it."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.vault.fields import SealedJSONField

WHO = settings.AUTH_USER_MODEL


class Point(models.TextChoices):
    """What the accuracy check compares: what was approved, the label, and the pack."""

    MEDICINE = "medicine", _("Medicine")
    STRENGTH = "strength", _("Strength")
    UNITS = "units", _("Quantity")
    DIRECTIONS = "directions", _("Directions")
    PATIENT = "patient", _("Patient")
    LABEL = "label", _("Label and leaflet")


class Why(models.TextChoices):
    """Why what was made up does not go: a near miss, by its code, or what it was made up from changed."""

    WRONG_MEDICINE = "wrong_medicine", _("Wrong medicine or strength")
    WRONG_QUANTITY = "wrong_quantity", _("Wrong quantity")
    WRONG_PATIENT = "wrong_patient", _("Wrong patient")
    WRONG_LABEL = "wrong_label", _("Label wrong")
    WRONG_LEAFLET = "wrong_leaflet", _("Leaflet missing or old")
    BAD_PACK = "bad_pack", _("Pack damaged or short-dated")
    CHANGED = "changed", _("What is to be dispensed has changed")


NEAR_MISSES = tuple(why for why in Why if why != Why.CHANGED)


class DispensingQuerySet(models.QuerySet):
    def open(self) -> DispensingQuerySet:
        """What was made up and neither sent back nor overtaken; an order has one at most."""
        return self.filter(ended_at__isnull=True)


class Dispensing(models.Model):
    """An order's packs, picked and labelled by one person at one time."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey("order.Order", on_delete=models.PROTECT, related_name="dispensings")
    by = models.ForeignKey(WHO, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # What was to be dispensed, as `shop.dispensing.contents` has it.
    contents = SealedJSONField(row_name="uuid")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(WHO, on_delete=models.PROTECT, related_name="+", null=True)
    ended_why = models.CharField(max_length=20, choices=Why, blank=True)

    objects = DispensingQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("order",), condition=Q(ended_at=None), name="one_open_dispensing_per_order"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ended_why="")
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_why__gt=""),
                name="a_dispensing_ends_by_somebody_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%Y-%m-%d %H:%M}"

    @property
    def checked(self) -> Check | None:
        """The accuracy check, if somebody has signed it."""
        return Check.objects.filter(dispensing=self).select_related("by").first()


class How(models.TextChoices):
    """How a pack was told from its neighbours on the shelf."""

    SCANNED = "scanned", _("Scanned")
    CHOSEN = "chosen", _("Chosen by hand")


class Pick(models.Model):
    """One pack that was taken for a line."""

    dispensing = models.ForeignKey(Dispensing, on_delete=models.PROTECT, related_name="picks")
    order_line = models.ForeignKey("order.Line", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=120)
    how = models.CharField(max_length=8, choices=How, default=How.SCANNED)

    class Meta:
        ordering = ("order_line", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("dispensing", "order_line", "number"), name="each_pack_is_picked_once"
            ),
            models.CheckConstraint(condition=Q(code__gt=""), name="a_pick_has_its_code"),
        )

    def __str__(self) -> str:
        return self.code


def all_points() -> list[str]:
    return [str(point) for point in Point]


class Check(models.Model):
    """The accuracy check: everything was compared and found the same. One for each dispensing."""

    dispensing = models.OneToOneField(
        Dispensing, on_delete=models.PROTECT, related_name="accuracy_check"
    )
    by = models.ForeignKey(WHO, on_delete=models.PROTECT, related_name="+")
    # The registration on which a pharmacist signed; empty where the profile lets others check.
    registration = models.CharField(max_length=160, blank=True)
    at = models.DateTimeField(default=timezone.now)
    compared: Any = models.JSONField(default=all_points)
    # Whether whoever dispensed it checked it too, after the pause that the profile asks for.
    is_alone = models.BooleanField(default=False)
    profile = models.CharField(max_length=20)
    profile_digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.dispensing_id} {self.at:%Y-%m-%d %H:%M}"
