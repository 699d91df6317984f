"""Keeps an account from being closed while something is done in its name, and the other way round.

The account is the first lock of a transaction, before payment attempts and everything after them.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from shop.accounts.models import User


class AccountClosed(PermissionDenied):
    """The account was closed a moment ago; whoever still holds a page of it is refused."""


def hold(user: User) -> None:
    """Keep the account open until the transaction ends; raises AccountClosed."""
    rows = User.objects.select_for_update(no_key=True).filter(pk=user.pk, is_active=True)
    if rows.first() is None:
        raise AccountClosed(str(user.pk))


def hold_alone(user: User) -> User:
    """The account as it is now, with nobody else writing anything for it; raises AccountClosed."""
    held = User.objects.select_for_update().filter(pk=user.pk, is_active=True).first()
    if held is None:
        raise AccountClosed(str(user.pk))
    return held
