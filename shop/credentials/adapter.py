"""What allauth leaves to the shop about accounts: passwords are counted and recorded, old links end."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmation
from django.db import transaction
from django.http import HttpRequest

from shop.accounts import tries
from shop.accounts.models import User, sign_in_changing
from shop.credentials import changes


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": tries.TOO_MANY,
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Who has this password, unless too many wrong ones were given; wherever it is asked for."""
        try:
            with tries.one_try(request, kind="password", email=credentials["email"]) as this:
                user: User | None = super().authenticate(request, **credentials)
                this.is_right = user is not None
        except tries.TooMany as refused:
            raise self.validation_error("too_many_login_attempts") from refused
        return user

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Every page that changes a password comes here, with a link from a message too."""
        with sign_in_changing(user, by=changes.who(self.request)):
            super().set_password(user, password)
        changes.record(changes.PASSWORD, user, by=changes.who(self.request), to=[user.email])

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm it; where it becomes the first of the account, the old one is told as well."""
        user = email_address.user
        old = user.email
        is_confirmed: bool = super().confirm_email(request, email_address)
        if is_confirmed:
            told = [old] if old != email_address.email else []
            changes.record(changes.EMAIL_CONFIRMED, user, by=changes.who(request), to=told)
        return is_confirmed

    def send_confirmation_mail(
        self,
        request: HttpRequest,
        emailconfirmation: EmailConfirmation,
        signup: bool,  # noqa: FBT001
    ) -> None:
        """Send the link; those that were sent before for the address stop working."""
        sent = EmailConfirmation.objects.filter(email_address=emailconfirmation.email_address)
        sent.exclude(pk=emailconfirmation.pk).delete()
        super().send_confirmation_mail(request, emailconfirmation, signup)
