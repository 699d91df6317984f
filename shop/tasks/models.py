"""Tasks: what somebody has to do, whose it is, since when, and until when."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop import days
from shop.audit.log import Subject
from shop.tasks.kinds import RULES, Kind, Role


class TaskQuerySet(models.QuerySet["Task"]):
    def still_open(self) -> TaskQuerySet:
        """What nobody has closed, the nearest last day first."""
        return self.filter(closed_at__isnull=True).order_by("due", "opened_at", "pk")

    def of(self, roles: Iterable[Role]) -> TaskQuerySet:
        """What belongs to any of these."""
        return self.filter(whose__in=tuple(roles))

    def about(self, kind: Kind, subject: Subject) -> TaskQuerySet:
        """The tasks of a kind about one thing."""
        return self.filter(kind=kind, subject_type=subject.type, subject_key=subject.key)


class Task(models.Model):
    """One thing to do about one subject; its words hold no health data."""

    kind = models.CharField(_("what"), max_length=24)
    whose = models.CharField(_("whose"), max_length=14, choices=Role)
    subject_type = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=80)
    words = models.CharField(_("about"), max_length=300)
    path = models.CharField(max_length=200, help_text=_("Where it is done, in the shop."))
    opened_at = models.DateTimeField(_("since"), default=timezone.now)
    due = models.DateField(_("due"))
    closed_at = models.DateTimeField(null=True)
    # Nobody, when the shop saw that it is done.
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    how = models.CharField(_("how it was done"), max_length=300, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ("due", "opened_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject_type", "subject_key"),
                condition=Q(closed_at__isnull=True),
                name="one_open_task_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, how="")
                | Q(closed_at__isnull=False, how__gt=""),
                name="a_closed_task_says_how",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}: {self.words}"

    @property
    def title(self) -> str:
        """What is to be done."""
        return str(Kind(self.kind).label)

    @property
    def is_overdue(self) -> bool:
        return self.due < days.at_pharmacy()

    @property
    def is_closed_by_hand(self) -> bool:
        return RULES[Kind(self.kind)].is_closed_by_hand
