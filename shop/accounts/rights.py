"""Who may do what here, and how somebody signs in, as the audit log knows it."""

from hashlib import sha256

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.db.models import Q

from shop.accounts.models import SignIn, User
from shop.accounts.resealing import SECRETS
from shop.audit import states
from shop.audit.witnesses import Unreadable
from shop.vault.sealing import VaultError

# How somebody signs in is recorded by itself (shop.credentials.changes); here is what they may do.
NO_RIGHT = (
    "password",
    "last_login",
    "date_joined",
    "email",
    "first_name",
    "last_name",
    "newest_link",
)
# What is no secret; an address that changes is told to both.
NO_SIGN_IN = (
    "last_login",
    "date_joined",
    "email",
    "first_name",
    "last_name",
    "newest_link",
    "is_staff",
    "is_superuser",
    "is_active",
    "unconfirmed_since",
)


def register() -> None:
    """Let the log know the rights of everybody who works here; once the app is ready."""
    states.register(
        User,
        "rights",
        but=NO_RIGHT,
        parts={
            "groups": ("name",),
            "user_permissions": ("codename",),
            "pharmacist_registrations": ("register", "number", "valid_until"),
        },
        where=Q(is_staff=True) | Q(is_superuser=True),
    )
    states.register(
        SignIn,
        "sign_in",
        but=NO_SIGN_IN,
        parts={"authenticator_set": ("type", "data", "created_at")},
        opened={"authenticator_set": _secret_in},
    )


def _secret_in(factor: Authenticator) -> dict[str, str]:
    """A hash of the secret, which stays when it is sealed with another key; raises Unreadable.

    Which recovery codes are used up is left out: a code that was used is no secret of anybody else.
    """
    try:
        secrets = [decrypt(factor.data[name]) for name in SECRETS if name in factor.data]
    except (VaultError, TypeError) as error:
        raise Unreadable from error
    return {"data": sha256("".join(secrets).encode()).hexdigest()}
