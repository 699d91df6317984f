"""Messages by email: one row each, written in the transaction of what the message tells."""

from __future__ import annotations

import datetime
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# As many tries, one every five minutes, as fit into two days.
MOST_ATTEMPTS = 576


class EmailQuerySet(models.QuerySet["Email"]):
    def waiting(self, now: datetime.datetime) -> EmailQuerySet:
        """Those that no mail server has been given, and that nobody is working on."""
        return self.filter(
            Q(held_until__isnull=True) | Q(held_until__lte=now),
            sending_at__isnull=True,
            attempts__lt=MOST_ATTEMPTS,
        )

    def uncertain(self, now: datetime.datetime) -> EmailQuerySet:
        """Those whose sending began and whose end nobody saw: they may have arrived or not."""
        return self.filter(sending_at__isnull=False, sent_at__isnull=True, held_until__lte=now)

    def needing_a_look(self, now: datetime.datetime) -> EmailQuerySet:
        """Those that a person has to decide about."""
        given_up = self.filter(sending_at__isnull=True, attempts__gte=MOST_ATTEMPTS)
        return self.uncertain(now) | given_up


class Email(models.Model):
    """A message to one person; `code` names its templates and `key` what it is about.

    It is *waiting*, then *held* by one process for a while, which notes when it begins to *send*
    and when it has *sent*. Between the last two nobody can know.
    """

    code = models.CharField(_("message"), max_length=40)
    key = models.CharField(max_length=80)
    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Of somebody whose account no longer has one; forgotten once the message is sent.
    address = models.EmailField(blank=True)
    path = models.CharField(max_length=200, help_text=_("Where its link leads, in the shop."))
    label = models.CharField(
        max_length=64, help_text=_("The reference or number that the message gives.")
    )
    title = models.CharField(
        max_length=100,
        blank=True,
        help_text=_("What a message that has no words of its own is about."),
    )
    words = models.CharField(max_length=600, blank=True, help_text=_("And what it says."))
    # Whom it is about; the row keeps no name.
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.SET_NULL, related_name="+", null=True
    )
    until = models.DateField(null=True, help_text=_("The last day, for a message that names one."))
    created_at = models.DateTimeField(auto_now_add=True)
    held_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = EmailQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(fields=("id",), condition=Q(sent_at__isnull=True), name="emails_to_send"),
        )
        constraints = (
            models.UniqueConstraint(fields=("code", "key"), name="one_email_of_a_kind"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(sending_at__isnull=False),
                name="what_is_sent_was_sending",
            ),
            models.CheckConstraint(
                condition=Q(sending_at__isnull=True) | Q(held_until__isnull=False),
                name="who_sends_holds",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.key}"

    @property
    def subject_template(self) -> str:
        return f"emails/{self.code}_subject.txt"

    @property
    def message_id(self) -> str:
        """The Message-ID header: the same at every attempt, so that a second copy is known as one."""
        return f"<{self.uuid}@{urlsplit(settings.SITE_URL).hostname}>"
