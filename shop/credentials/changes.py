"""Every change of how somebody signs in: recorded, and told to the person whose account it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from shop.accounts.actors import account, actor_of
from shop.accounts.models import User
from shop.audit import log
from shop.mailing import outbox


@dataclass(frozen=True)
class Change:
    """One kind of change: the audit log's word for it, and what the person is told, 64 signs at most.

    What is told nothing reaches the person by another message, as the link that makes the change.
    """

    action: str
    told: str = ""


MADE = Change("account.made", gettext_noop("An account was made for you on the server."))
PASSWORD = Change("account.password", gettext_noop("Your password was changed."))
EMAIL_ADDED = Change(
    "account.email_added", gettext_noop("An email address was added to your account.")
)
EMAIL_CONFIRMED = Change(
    "account.email_confirmed", gettext_noop("Another email address of your account was confirmed.")
)
EMAIL_CHANGED = Change(
    "account.email", gettext_noop("Your account has another email address to write to.")
)
EMAIL_REMOVED = Change(
    "account.email_removed", gettext_noop("An email address was taken off your account.")
)
FACTOR_ADDED = Change(
    "account.factor_added", gettext_noop("An authenticator app was registered for your account.")
)
FACTOR_REMOVED = Change(
    "account.factor_removed", gettext_noop("Your authenticator app was removed.")
)
FACTOR_TAKEN = Change(
    "account.factor_taken",
    gettext_noop("The pharmacy took the authenticator app off your account."),
)
IDENTITY_CONFIRMED = Change("account.identity_confirmed")
RIGHTS_BACK = Change(
    "account.rights_back", gettext_noop("Colleagues confirmed who you are. Your rights are back.")
)
LINK_SENT = Change("account.link_sent")
RECOVERY_CODES = Change("account.recovery_codes", gettext_noop("New recovery codes were made."))

# No credential, and told in the same way: with it goes all that is known of a patient.
EXPORTED = Change("account.export", gettext_noop("All data of your account was downloaded."))

NOT_SIGNED_IN = log.Actor(None, "not signed in")


def who(request: HttpRequest) -> log.Actor:
    """Who acts; somebody who follows a link from a message may not be signed in."""
    return actor_of(request.user) if isinstance(request.user, User) else NOT_SIGNED_IN


def record(
    change: Change,
    user: User,
    *,
    by: log.Actor,
    to: Sequence[str] = (),
    details: dict[str, Any] | None = None,
) -> None:
    """Write the change into the log and tell each address of it; call it with the change itself."""
    with transaction.atomic():
        entry = log.append(change.action, actor=by, subject=account(user), details=details)
        for place, address in enumerate(dict.fromkeys(to)):
            outbox.queue(
                "account_changed",
                key=f"{entry.sequence}-{place}",
                user=user,
                path=reverse("account_reset_password"),
                label=gettext(change.told),
                address="" if address == user.email else address,
            )
