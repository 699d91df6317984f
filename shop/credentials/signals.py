"""Listens to allauth, whose pages change credentials that no hook of the adapter sees."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as of_accounts
from allauth.account.models import EmailAddress
from allauth.mfa import signals as of_factors
from allauth.mfa.models import Authenticator
from django.dispatch import Signal
from django.http import HttpRequest

from shop.accounts import tries
from shop.accounts.actors import actor_of
from shop.accounts.models import User, sign_in_recorded
from shop.accounts.second_factor import APP
from shop.credentials import changes
from shop.credentials.changes import who


def connect() -> None:
    """Listen to every signal of allauth that tells of a changed credential."""
    for signal, receiver in RECEIVERS.items():
        signal.connect(receiver, dispatch_uid="credentials")


def _made(*, user: User, **_: Any) -> None:
    sign_in_recorded(user, by=actor_of(user))
    changes.record(changes.MADE, user, by=actor_of(user))


def _password_reset(*, request: HttpRequest, user: User, **_: Any) -> None:
    tries.forgive(request, email=user.email)


def _email_added(*, request: HttpRequest, user: User, **_: Any) -> None:
    changes.record(changes.EMAIL_ADDED, user, by=who(request), to=[user.email])


def _email_changed(
    *,
    request: HttpRequest,
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **_: Any,
) -> None:
    old = [from_email_address.email] if from_email_address else []
    to = [*old, to_email_address.email]
    changes.record(changes.EMAIL_CHANGED, user, by=who(request), to=to)


def _email_removed(
    *, request: HttpRequest, user: User, email_address: EmailAddress, **_: Any
) -> None:
    to = [user.email, email_address.email]
    changes.record(changes.EMAIL_REMOVED, user, by=who(request), to=to)


def _factor_added(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type == APP:
        changes.record(changes.FACTOR_ADDED, user, by=who(request), to=[user.email])


def _factor_removed(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type == APP:
        changes.record(changes.FACTOR_REMOVED, user, by=who(request), to=[user.email])


def _recovery_codes(*, request: HttpRequest, user: User, **_: Any) -> None:
    changes.record(changes.RECOVERY_CODES, user, by=who(request), to=[user.email])


RECEIVERS: dict[Signal, Any] = {
    of_accounts.user_signed_up: _made,
    of_accounts.password_reset: _password_reset,
    of_accounts.email_added: _email_added,
    of_accounts.email_changed: _email_changed,
    of_accounts.email_removed: _email_removed,
    of_factors.authenticator_added: _factor_added,
    of_factors.authenticator_removed: _factor_removed,
    of_factors.authenticator_reset: _recovery_codes,
}
