"""A pharmacist's answer for a paid supply of which something changed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from shop.vault.fields import SealedTextField


class Answer(models.Model):
    """One pharmacist has looked at one supply, and says whether it may leave; never changed."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    supply = models.ForeignKey(
        "prescriptions.Supply", on_delete=models.PROTECT, related_name="answers"
    )
    # What it answers, as `Obstacle.key` has it: something newer asks anew. Empty, where it must not leave.
    key = models.CharField(max_length=80, blank=True)
    may_leave = models.BooleanField()
    why = SealedTextField(row_name="uuid")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registration = models.CharField(max_length=160)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(may_leave=False, key="") | models.Q(may_leave=True, key__gt=""),
                name="an_answer_says_to_what",
            ),
        )

    def __str__(self) -> str:
        return f"{self.supply_id} {self.key or 'must not leave'}"
