"""What Oscar's stock record has no place for: what a pack costs the pharmacy, and planned prices."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why a price changes."""

    COST_UP = "cost-up", _("The cost went up")
    COST_DOWN = "cost-down", _("The cost went down")
    MISTAKE = "mistake", _("A mistake put right")
    YEARLY = "yearly", _("Yearly change")
    OTHER = "other", _("Another reason: write it")


class Pricing(models.Model):
    """How often a cell of the price grid was changed, and what the pharmacy pays for the pack."""

    stockrecord = models.OneToOneField(
        "partner.StockRecord", models.CASCADE, primary_key=True, related_name="pricing"
    )
    version = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=2, null=True)

    def __str__(self) -> str:
        return f"{self.stockrecord_id}, version {self.version}"


class PlannedPrice(models.Model):
    """A price from a moment on. It counts by the clock, whether or not anything ran at that moment."""

    stockrecord = models.ForeignKey(
        "partner.StockRecord", models.CASCADE, related_name="planned_prices"
    )
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    starts_at = models.DateTimeField(_("from"))
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=20, choices=Reason)
    note = models.CharField(max_length=120, blank=True)
    # Since when it is the record's own price, or was taken back; empty while it counts or waits.
    ended_at = models.DateTimeField(null=True, blank=True)
    was_taken_back = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("stockrecord", "starts_at"),
                condition=Q(ended_at=None),
                name="one_planned_price_at_a_time",
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="a_planned_price_is_above_zero"),
        )

    def __str__(self) -> str:
        return f"{self.price} from {self.starts_at:%Y-%m-%d %H:%M}"
