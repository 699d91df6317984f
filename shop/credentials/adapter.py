"""What allauth leaves to the shop about accounts: each new password is recorded with itself."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction

from shop.accounts.models import User
from shop.credentials import changes


class AccountAdapter(DefaultAccountAdapter):
    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Every page that changes a password comes here, with a link from a message too."""
        super().set_password(user, password)
        changes.record(changes.PASSWORD, user, by=changes.who(self.request), to=[user.email])
