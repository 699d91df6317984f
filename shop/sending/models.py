"""Carriers with their links, and one parcel for each order that left."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Where the number stands in a carrier's link.
NUMBER = "{number}"


class CarrierQuerySet(models.QuerySet):
    def in_use(self) -> CarrierQuerySet:
        """Those that parcels are given to now."""
        return self.filter(is_used=True)


class Carrier(models.Model):
    """Who takes parcels, and where a customer follows one."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    link = models.CharField(
        _("link to follow a parcel"),
        max_length=200,
        help_text=_("It begins with https:// and holds {number} where the number goes."),
    )
    pattern = models.CharField(
        _("what its numbers look like"),
        max_length=100,
        blank=True,
        help_text=_("A regular expression; empty: it is chosen by hand."),
    )
    is_used = models.BooleanField(_("used now"), default=True)

    objects = CarrierQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(link__startswith="https://", link__contains=NUMBER),
                name="a_carriers_link_holds_the_number",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def knows(self, number: str) -> bool:
        """Whether the number looks like one of its own."""
        return bool(self.pattern) and re.fullmatch(self.pattern, number) is not None


class Parcel(models.Model):
    """What left for one order: by whom it was given to which carrier, and when it is to be there."""

    order: Any = models.OneToOneField(
        "order.Order", on_delete=models.PROTECT, related_name="parcel"
    )
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=40)
    expected_by = models.DateField(_("expected by"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # Nobody, where so many days had passed that it counts as delivered.
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(
                fields=("expected_by",),
                condition=Q(delivered_at=None),
                name="parcels_on_their_way",
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(number__gt=""), name="a_parcel_has_its_number"),
        )

    def __str__(self) -> str:
        return f"{self.carrier} {self.number}"

    @property
    def link(self) -> str:
        """Where its way can be followed."""
        return self.carrier.link.replace(NUMBER, self.number)
