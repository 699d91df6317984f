"""The second factor of people who work here: an authenticator app, asked for at every sign-in.

A session counts as proven while it holds a mark of the app that is registered today, so that a factor
that was taken away or replaced ends every session it opened (OWASP ASVS 5.0, 6.3.3 and 7.4.3).
"""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from shop.accounts import devices
from shop.accounts.actors import account, actor_of
from shop.accounts.models import User, sign_in_is_known
from shop.audit import log

PROOF = "second_factor"
APP = Authenticator.Type.TOTP


def works_here(user: User | AnonymousUser) -> bool:
    """Whether the user may come to any page of the staff, and so needs a second factor."""
    return user.is_staff or user.is_superuser


def app_of(user: User) -> int | None:
    """The key of the user's authenticator app; None for somebody who has registered none."""
    rows = Authenticator.objects.filter(user=user, type=APP)
    return rows.values_list("pk", flat=True).first()


def is_proven(request: HttpRequest, app: int | None) -> bool:
    """Whether a code of that app, or a recovery code beside it, was given in this session."""
    return app is not None and _proof(request).get("app") == app


def was_proven(request: HttpRequest) -> bool:
    """Whether a code of any app was given in this session."""
    return bool(_proof(request))


def is_fresh(request: HttpRequest) -> bool:
    """Whether a code was given within the last `PROOF_MINUTES`."""
    age: float = time.time() - _proof(request).get("at", 0)
    return age < settings.PROOF_MINUTES * 60


def mark_proven(request: HttpRequest, user: User) -> None:
    """Note in the session that the user has just given a code."""
    request.session[PROOF] = {"app": app_of(user), "at": time.time()}


def _proof(request: HttpRequest) -> dict[str, Any]:
    proof: dict[str, Any] = request.session.get(PROOF, {})
    return proof


def connect() -> None:
    """Listen to allauth, through which every code goes."""
    signals.authenticator_used.connect(_used, dispatch_uid="second factor")
    signals.authenticator_added.connect(_added, dispatch_uid="second factor")
    signals.authentication_failed.connect(_failed, dispatch_uid="second factor")


def _used(*, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if sign_in_is_known(user):
        mark_proven(request, user)
        devices.remember(request, user)
    if authenticator.type != APP:
        _record("account.recovery_code", user)


def _added(*, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == APP:
        mark_proven(request, user)
        request.session.cycle_key()
        devices.remember(request, user)


def _failed(*, user: User, **_: Any) -> None:
    _record("account.code_refused", user)


def _record(action: str, user: User) -> None:
    if works_here(user):
        log.append(action, actor=actor_of(user), subject=account(user))
