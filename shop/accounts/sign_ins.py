"""Records when people who work here come and go, and when somebody tries to in their name."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from shop.accounts.actors import account, actor_of
from shop.accounts.models import User
from shop.audit import log

NOBODY = log.Actor(None, "not signed in", works_here=True)


def connect() -> None:
    """Listen to Django, through which every way to sign in goes."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit")
    user_logged_out.connect(_signed_out, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")


def _signed_in(*, user: User, **_: Any) -> None:
    if user.is_staff:
        log.append("account.sign_in", actor=actor_of(user), subject=account(user))


def _signed_out(*, user: User | None, **_: Any) -> None:
    if user is not None and user.is_staff:
        log.append("account.sign_out", actor=actor_of(user), subject=account(user))


def _failed(*, credentials: dict[str, Any], **_: Any) -> None:
    email = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email__iexact=email, is_staff=True).first()
    if user is not None:
        log.append("account.sign_in_failed", actor=NOBODY, subject=account(user))
