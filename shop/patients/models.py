"""The people an account holder orders for: themselves, or someone they care for."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.patients.answers import Answers
from shop.vault.fields import SealedJSONField

# What stands for a patient who is not on the list yet.
NEW = "new"


class Relation(models.TextChoices):
    SELF = "self", _("Me")
    CARED_FOR = "cared_for", _("Someone I care for")


class PatientQuerySet(models.QuerySet["Patient"]):
    def of(self, user: Any) -> PatientQuerySet:
        """The patients this account orders for now."""
        return self.filter(user=user, is_archived=False)

    def archived_by(self, user: Any) -> PatientQuerySet:
        """The patients this account took off its list."""
        return self.filter(user=user, is_archived=True)


class Patient(models.Model):
    """One person, kept by one account, with their newest answers."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="patients"
    )
    relation = models.CharField(max_length=10, choices=Relation, default=Relation.SELF)
    answers_json = SealedJSONField(row_name="uuid")
    is_archived = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(relation__in=Relation.values), name="known_relation"
            ),
        )

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_new(self) -> bool:
        """Whether the patient is not stored yet."""
        return self.pk is None

    @property
    def key(self) -> str:
        """What forms and addresses call the patient."""
        return NEW if self.is_new else str(self.uuid)

    @property
    def answers(self) -> Answers:
        return Answers.from_json(self.answers_json)
