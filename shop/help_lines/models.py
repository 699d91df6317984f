"""What a pharmacist has read again: that a number still reaches whoever it is said to reach."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.help_lines.table import KINDS


class Reading(models.Model):
    """A line that was read on the page of whoever answers, or dialled. Never changed."""

    country = models.CharField(_("country"), max_length=2)
    kind = models.CharField(_("kind"), max_length=12, choices=list(KINDS.items()))
    number = models.CharField(_("number"), max_length=40)
    read_on = models.DateField(_("read on"))
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    # As it was on the day.
    registration = models.CharField(_("registration"), max_length=160)

    class Meta:
        verbose_name = _("help line")
        verbose_name_plural = _("help lines")
        ordering = ("-read_on", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("country", "kind", "number", "read_on"), name="one_reading_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.country} {self.number}"
