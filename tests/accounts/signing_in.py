"""Signs people in by the pages, as far as each has come."""

from __future__ import annotations

import re

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client

from shop.accounts.models import User, sign_in_recorded
from shop.audit import log
from shop.audit.models import Entry
from tests.conftest import PASSWORD

CODE = "/accounts/2fa/authenticate/"
REGISTER = "/accounts/2fa/totp/activate/"
# On the second of a full half minute, so that a test knows how long a code lasts.
NOON = 1_795_348_800


def with_password(user: User, password: str = PASSWORD) -> Client:
    """Somebody who has typed the password, and no code yet."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": password})
    return client


def give(client: Client, code: str) -> HttpResponse:
    return client.post(CODE, {"code": code})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def actions() -> list[str]:
    of_accounts = Entry.objects.filter(subject_type="account").order_by("sequence")
    return list(of_accounts.values_list("action", flat=True))


def codes_on(page: str) -> list[str]:
    return re.findall(r'<code class="key">(\d{8})</code>', page)


def without_app(user: User) -> User:
    Authenticator.objects.filter(user=user).delete()
    sign_in_recorded(user, by=log.SYSTEM)
    return user
