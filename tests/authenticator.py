"""An authenticator app for the people of the tests who work here."""

from __future__ import annotations

import secrets
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from shop.accounts import second_factor, staff_sessions
from shop.accounts.models import User, sign_in_recorded
from shop.audit import log
from shop.demo import authenticator
from tests.quick.worlds import WORLD, kept

APP_KEY = "TESTSTESTSTESTSTESTSTESTSTESTS23"


def code_at(moment: float, *, key: str = APP_KEY) -> str:
    """What the app shows then; seconds since 1970."""
    return authenticator.code_at(moment, key=key)


def code_now(*, key: str = APP_KEY) -> str:
    """What the app shows now."""
    return code_at(time.time(), key=key)


def register_app(user: User) -> Authenticator:
    """Give the user the app of the tests, unless they have one."""
    app, is_new = Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": encrypt(APP_KEY)}}
    )
    if is_new:
        sign_in_recorded(user, by=log.SYSTEM)
    return app


def write_recovery_codes(user: User) -> Any:
    """Give the user ten recovery codes."""
    kept = {"seed": encrypt(secrets.token_hex(40)), "used_mask": 0}
    codes = Authenticator.objects.create(
        user=user, type=Authenticator.Type.RECOVERY_CODES, data=kept
    )
    sign_in_recorded(user, by=log.SYSTEM)
    return codes.wrap()


def sign_in(client: Client, user: User) -> None:
    """Sign in without the pages of the sign-in; with the code, for somebody who works here."""
    client.force_login(user)
    if second_factor.works_here(user):
        register_app(user)
        _give_the_code(client, user)


@kept
def _session_of(user: User) -> Session:
    client = Client()
    client.force_login(user)
    if second_factor.works_here(user):
        register_app(user)
    return Session.objects.get(pk=client.session.session_key)


def signed_in(user: User) -> Client:
    """A browser in which they have just signed in so."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = _session_of(user).pk
    if second_factor.works_here(user):
        # The code is as old as this moment, and no step depends on it.
        with WORLD.beside():
            _give_the_code(client, user)
    return client


def _give_the_code(client: Client, user: User) -> None:
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
