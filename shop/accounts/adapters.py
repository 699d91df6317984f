"""What allauth leaves to the shop: how secrets are kept, and who may give up a second factor."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _

from shop.accounts import second_factor
from shop.accounts.models import User
from shop.vault.sealing import VaultError, seal, unseal

# What the secrets are sealed for. allauth does not say whose they are; see ADR 20.
CONTEXT = "second factor"


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is not right. Each code of the app works once, and for 30 seconds: "
            "wait for the next one and type that."
        ),
        "cannot_delete_authenticator": _(
            "People who work here always need an authenticator app. "
            "If yours is lost or replaced, ask the superintendent to take it off your account."
        ),
        "unverified_email": _("Confirm your email address first: we have sent you a link."),
    }

    def encrypt(self, text: str) -> str:
        """The secret, sealed with the current key of the vault, as base64."""
        return base64.b64encode(seal(text.encode(), context=CONTEXT)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """The secret in clear; raises `VaultError` for anything that was not sealed here."""
        return unseal(sealed_bytes(encrypted_text), context=CONTEXT).decode()

    def code_hint(self, user: User) -> Any:
        """What stands beside the field for a code."""
        return _("The 6 digits your authenticator app shows now, or one of your recovery codes.")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not second_factor.works_here(authenticator.user)


def sealed_bytes(encrypted_text: str) -> bytes:
    """The sealed secret as bytes; raises `VaultError` when it is no base64."""
    try:
        return base64.b64decode(encrypted_text, validate=True)
    except binascii.Error as error:
        raise VaultError("The secret is not sealed.") from error
