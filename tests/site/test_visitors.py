"""Every address × every kind of visitor: who gets in, who is sent away, for whom it is not there.

A new address that this table does not know fails; so does one that answers differently.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from shop.accounts.staff_sessions import OPEN
from tests.conftest import signed_in
from tests.site.addresses import every_address

VISITORS = ("anonymous", "owner", "other_customer", "staff", "pharmacist", "superuser")
TABLE = Path(__file__).with_name("visitors.txt")


def expected() -> dict[str, list[str]]:
    """The answers by address: one word for each visitor, in the order of VISITORS."""
    rows = (line.split() for line in TABLE.read_text().splitlines() if not line.startswith("#"))
    return {name: answers for name, *answers in rows}


def answer(client: Client, url: str) -> str:
    """The status, and for a redirect to the sign-in the word for that."""
    response = client.get(url)
    if response.status_code in (301, 302):
        to_sign_in = response["Location"].startswith(reverse("account_login"))
        return "sign-in" if to_sign_in else str(response.status_code)
    return str(response.status_code)


def names() -> list[str]:
    """Every name once; the admin's redirects and its catch-all have none."""
    return sorted({address.name for address in every_address() if "<" not in address.name})


def test_every_address_is_in_the_table() -> None:
    assert sorted(expected()) == names()


@pytest.mark.parametrize("visitor", VISITORS)
def test_each_visitor_gets_what_the_table_says(visitor: str, world: dict[str, Any]) -> None:
    user = world["visitors"][visitor]
    place = VISITORS.index(visitor)
    wrong = {}
    for name, answers in expected().items():
        client = signed_in(user) if user else Client()
        got = answer(client, reverse(name, args=world["arguments"].get(name)))
        if got != answers[place]:
            wrong[name] = f"{got} instead of {answers[place]}"

    assert wrong == {}


@pytest.mark.parametrize("visitor", ["staff", "pharmacist", "superuser"])
def test_who_works_here_gets_nowhere_without_an_authenticator_app(
    visitor: str, world: dict[str, Any]
) -> None:
    user = world["visitors"][visitor]
    Authenticator.objects.all().delete()
    client = Client()
    client.force_login(user)
    opened = []
    for name in sorted(set(expected()) - OPEN):
        response = client.get(reverse(name, args=world["arguments"].get(name)))
        if response.get("Location") != reverse("mfa_activate_totp"):
            opened.append(name)

    assert opened == []
