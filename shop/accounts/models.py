"""Users, and the registration that makes one of them a pharmacist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.hashers import check_password
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from oscar.apps.customer.abstract_models import AbstractUser, UserManager

from shop import days
from shop.audit import log, states

# Where no mail arrives (RFC 2606): the address of an account that was closed.
CLOSED_DOMAIN = "closed.invalid"


class AccountManager(UserManager):
    @transaction.atomic
    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        """Make an account, of which the log knows from then on how somebody signs in."""
        user: User = super().create_user(email, password, **more)
        sign_in_recorded(user, by=log.SYSTEM)
        return user


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

    objects = AccountManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_email",
                violation_error_message=_("There is an account with this email address."),
            ),
        )

    def check_password(self, raw_password: str) -> bool:
        """Whether it is that; one that was hashed in an older way is hashed anew."""
        return check_password(raw_password, self.password, self._hash_anew)

    def _hash_anew(self, raw_password: str) -> None:
        with sign_in_changing(self, by=log.Actor(self.pk, "whoever signs in")):
            self.set_password(raw_password)
            self._password = None
            self.save(update_fields=("password",))

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


class SignIn(User):
    """How somebody signs in, as the audit log knows it: password and second factors, as keyed hashes."""

    class Meta:
        proxy = True
        default_permissions = ()


@contextmanager
def sign_in_changing(user: User, *, by: log.Actor) -> Iterator[None]:
    """Let the log know how the user signs in after the block; what it did not know before stays unknown."""
    row = SignIn(pk=user.pk)
    with transaction.atomic(), states.changing(row, action="sign_in.change", actor=by):
        yield


def sign_in_recorded(user: User, *, by: log.Actor) -> None:
    """Let the log know how an account signs in that was just made."""
    states.record(SignIn(pk=user.pk), "sign_in.make", actor=by)


def sign_in_is_known(user: User) -> bool:
    """Whether password and second factors are those that the log says."""
    return states.is_known(SignIn(pk=user.pk))


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
