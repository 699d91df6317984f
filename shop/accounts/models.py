"""Users, and the registration that makes one of them a pharmacist."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from oscar.apps.customer.abstract_models import AbstractUser

from shop import days

# Where no mail arrives (RFC 2606): the address of an account that was closed.
CLOSED_DOMAIN = "closed.invalid"


class User(AbstractUser):
    """A person with an account; the email address is the name to sign in with."""

    # The only link to choose a new password that still works.
    newest_link = models.UUIDField(null=True, editable=False)
    # Set when the second factor is taken away: clinical rights rest until two others have confirmed
    # who has registered the new one. See shop.credentials.colleagues.
    unconfirmed_since = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ManyToManyField(
        "self", symmetrical=False, related_name="+", editable=False
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_email",
                violation_error_message=_("There is an account with this email address."),
            ),
        )

    @property
    def current_registration(self) -> PharmacistRegistration | None:
        """The registration that lets this user act as a pharmacist today, if any."""
        if not (self.is_active and self.is_staff) or self.unconfirmed_since:
            return None
        return self.pharmacist_registrations.current().first()

    @property
    def is_pharmacist(self) -> bool:
        """Whether this user may act as a pharmacist today; being a superuser does not count."""
        return self.current_registration is not None

    @property
    def is_closed(self) -> bool:
        """Whether the customer has closed the account: there is nobody to write to."""
        return self.email.endswith(f"@{CLOSED_DOMAIN}")

    @property
    def name(self) -> str:
        """The full name, or the email address of someone who gave none."""
        return self.get_full_name() or self.email


class DeviceQuerySet(models.QuerySet["KnownDevice"]):
    def in_use(self) -> DeviceQuerySet:
        """Those that nobody has ended."""
        return self.filter(ended_at__isnull=True)


class KnownDevice(models.Model):
    """A browser on which somebody has given a code; several people may use one, each has a row."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    device = models.UUIDField()
    agent = models.CharField(_("browser"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering = ("-seen_at",)
        constraints = (
            models.UniqueConstraint(fields=("user", "device"), name="one_device_of_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.agent or 'A browser'}, {self.seen_at:%Y-%m-%d}"


class RegistrationQuerySet(models.QuerySet["PharmacistRegistration"]):
    def current(self) -> RegistrationQuerySet:
        """Registrations that have not ended."""
        return self.filter(valid_until__gte=days.at_pharmacy())


class PharmacistRegistration(models.Model):
    """An entry in a pharmacists' register; while it is valid its holder is a pharmacist."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="pharmacist_registrations"
    )
    register = models.CharField(_("register"), max_length=120)
    number = models.CharField(_("registration number"), max_length=40)
    valid_until = models.DateField(_("valid until"))

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ("-valid_until",)
        constraints = (
            models.UniqueConstraint(
                fields=("register", "number"), name="one_holder_per_registration"
            ),
        )

    def __str__(self) -> str:
        return f"{self.register} {self.number}"
