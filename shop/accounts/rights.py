"""Who may do what here, as the audit log knows it: of everybody who works here."""

from django.db.models import Q

from shop.accounts.models import User
from shop.audit import states

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
