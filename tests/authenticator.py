"""An authenticator app for the people of the tests who work here."""

from __future__ import annotations

import secrets
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.test import Client

from shop.accounts import second_factor, staff_sessions
from shop.accounts.models import User
from shop.demo import authenticator

APP_KEY = "TESTSTESTSTESTSTESTSTESTSTESTS23"


def code_at(moment: float, *, key: str = APP_KEY) -> str:
    """What the app shows then; seconds since 1970."""
    return authenticator.code_at(moment, key=key)


def code_now(*, key: str = APP_KEY) -> str:
    """What the app shows now."""
    return code_at(time.time(), key=key)


def register_app(user: User) -> Authenticator:
    """Give the user the app of the tests, unless they have one."""
    app, _ = Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": encrypt(APP_KEY)}}
    )
    return app


def write_recovery_codes(user: User) -> Any:
    """Give the user ten recovery codes."""
    kept = {"seed": encrypt(secrets.token_hex(40)), "used_mask": 0}
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.RECOVERY_CODES, data=kept
    ).wrap()


def sign_in(client: Client, user: User) -> None:
    """Sign in without the pages of the sign-in; with the code, for somebody who works here."""
    client.force_login(user)
    if second_factor.works_here(user):
        session = client.session
        now = time.time()
        session[second_factor.PROOF] = {"app": register_app(user).pk, "at": now}
        session[staff_sessions.SINCE] = session[staff_sessions.SEEN] = now
        session.save()


def let_proof_age(client: Client, *, minutes: int) -> Client:
    """As if the last code had been given so long ago."""
    session = client.session
    proof = session[second_factor.PROOF]
    session[second_factor.PROOF] = {**proof, "at": proof["at"] - minutes * 60}
    session.save()
    return client
