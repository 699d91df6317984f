"""Links in messages: short-lived, for one use, and only the newest works."""

from __future__ import annotations

import uuid

from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from shop.accounts.models import User


class ResetLinks(PasswordResetTokenGenerator):
    """Links to choose a new password; their time is `PASSWORD_RESET_TIMEOUT`.

    A link is bound to what Django binds it to (password, address, last sign-in), to the addresses of
    the account, and to the number of the newest link.
    """

    def make_token(self, user: User) -> str:  # type: ignore[override]
        user.newest_link = uuid.uuid4()
        user.save(update_fields=("newest_link",))
        return super().make_token(user)

    def _make_hash_value(self, user: User, timestamp: int) -> str:  # type: ignore[override]
        rows = EmailAddress.objects.filter(user=user).order_by("email")
        addresses = "|".join(rows.values_list("email", flat=True))
        return f"{super()._make_hash_value(user, timestamp)}{user.newest_link}{addresses}"
