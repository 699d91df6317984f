"""One table that only grows; each row holds a keyed hash of itself and of the row before it."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """Somebody did something to something. Holds no health data, and no name.

    The actor is an account's number and no foreign key: what happens to the account changes nothing.
    """

    sequence = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    actor_id = models.BigIntegerField(_("account"), null=True)
    actor_role = models.CharField(_("role"), max_length=200)
    action = models.CharField(_("action"), max_length=40)
    subject_type = models.CharField(_("kind of subject"), max_length=40)
    subject_key = models.CharField(_("subject"), max_length=64)
    # Canonical JSON, kept as text: what was hashed is what is stored, to the letter.
    details_json = models.TextField(default="{}")
    # Keyed hash of the plain contents of a row elsewhere that names this entry; empty for none.
    witness = models.CharField(max_length=64, blank=True)
    address = models.CharField(_("network address"), max_length=45, blank=True)
    agent = models.CharField(_("browser"), max_length=16, blank=True)
    key_id = models.CharField(max_length=32)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ("-sequence",)
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = (
            models.Index(fields=("subject_type", "subject_key", "sequence"), name="audit_subject"),
            models.Index(fields=("actor_id", "sequence"), name="audit_actor"),
            models.Index(fields=("action", "sequence"), name="audit_action"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sequence__gt=0), name="audit_counts_from_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.subject_type} {self.subject_key}"

    @property
    def details(self) -> dict[str, Any]:
        """The facts that belong to the action, as it names them."""
        facts: dict[str, Any] = json.loads(self.details_json)
        return facts
