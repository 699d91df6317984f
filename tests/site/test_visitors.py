"""Every address × every kind of visitor: who gets in, who is sent away, for whom it is not there.

A new address that this table does not know fails; so does one that answers differently.
"""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from shop.accounts.models import SignIn
from shop.accounts.staff_sessions import OPEN
from tests.conftest import let_the_log_know
from tests.site.addresses import VISITORS, every_address, expected


def word_for(response: HttpResponse) -> str:
    """The status, and for a redirect to the sign-in the word for that."""
    if response.status_code in (301, 302):
        to_sign_in = response["Location"].startswith(reverse("account_login"))
        return "sign-in" if to_sign_in else str(response.status_code)
    return str(response.status_code)


def names() -> list[str]:
    """Every name once; the admin's redirects and its catch-all have none."""
    return sorted({address.name for address in every_address() if "<" not in address.name})


def test_every_address_is_in_the_table() -> None:
    assert sorted(expected()) == names()


@pytest.mark.parametrize("visitor", VISITORS, scope="session")
def test_each_visitor_gets_what_the_table_says(visitor: str, answers: dict[str, Any]) -> None:
    place = VISITORS.index(visitor)
    wrong = {}
    for name, words in expected().items():
        got = word_for(answers[name])
        if got != words[place]:
            wrong[name] = f"{got} instead of {words[place]}"

    assert wrong == {}


@pytest.mark.parametrize("visitor", ["staff", "pharmacist", "superuser"])
def test_who_works_here_gets_nowhere_without_an_authenticator_app(
    visitor: str, world: dict[str, Any]
) -> None:
    user = world["visitors"][visitor]
    Authenticator.objects.all().delete()
    let_the_log_know(SignIn(pk=user.pk))
    client = Client()
    client.force_login(user)
    opened = []
    for name in sorted(set(expected()) - OPEN):
        response = client.get(reverse(name, args=world["arguments"].get(name)))
        if response.get("Location") != reverse("mfa_activate_totp"):
            opened.append(name)

    assert opened == []
