"""Links in messages: short-lived, for one use, and only the newest works."""

from __future__ import annotations

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from shop.accounts.models import User
from tests.conftest import PASSWORD, signed_in

RESET = "/accounts/password/reset/"
NEW = {"password1": "another long password", "password2": "another long password"}


pytestmark = pytest.mark.usefixtures("clock")


def asked(email: str) -> str:
    """The link that comes when a new password is asked for."""
    Client().post(RESET, {"email": email})
    return link_in(str(mail.outbox[-1].body))


def link_in(body: str) -> str:
    found = re.search(r"http://[^/]+(/\S+)", body)
    assert found
    return found[1]


def followed(link: str) -> HttpResponse:
    return Client().get(link, follow=True)


def chosen(link: str, client: Client) -> None:
    """A new password, as far as the link lets one come."""
    page = client.get(link, follow=True)
    if page.redirect_chain:
        client.post(page.redirect_chain[-1][0], NEW)


def works(link: str) -> bool:
    return b"This link no longer works" not in followed(link).content


class TestNewPassword:
    def test_it_lives_for_ten_minutes(self, customer: User, clock: time_machine.Traveller) -> None:
        link = asked(customer.email)
        clock.shift(10 * 60)
        assert works(link)
        clock.shift(1)

        assert not works(link)

    def test_a_page_that_was_left_open_is_too_late(
        self, customer: User, clock: time_machine.Traveller
    ) -> None:
        client = Client()
        page = client.get(asked(customer.email), follow=True)
        clock.shift(11 * 60)

        client.post(page.redirect_chain[-1][0], NEW)

        assert User.objects.get(pk=customer.pk).check_password(PASSWORD)

    def test_it_works_once(self, customer: User) -> None:
        link = asked(customer.email)
        chosen(link, Client())
        assert User.objects.get(pk=customer.pk).check_password(NEW["password1"])

        assert not works(link)

    def test_only_the_newest_works(self, customer: User) -> None:
        older = asked(customer.email)
        newer = asked(customer.email)

        assert not works(older)
        assert works(newer)

    def test_it_ends_with_another_address(self, customer: User) -> None:
        link = asked(customer.email)
        EmailAddress.objects.create(user=customer, email="thief@example.com")

        assert not works(link)

    def test_the_message_says_how_long(self, customer: User) -> None:
        asked(customer.email)

        body = str(mail.outbox[-1].body)
        assert "within ten minutes" in body
        assert "Not a pharmacy" in body


class TestConfirming:
    @pytest.fixture
    def address(self, customer: User) -> EmailAddress:
        return EmailAddress.objects.create(user=customer, email=customer.email, primary=True)

    def sent(self, user: User) -> str:
        cache.clear()  # Three minutes have to pass between two.
        signed_in(user).post("/accounts/email/", {"action_send": "", "email": user.email})
        return link_in(str(mail.outbox[-1].body))

    def is_confirmed(self, link: str) -> bool:
        Client().post(link)
        return EmailAddress.objects.get().verified

    def test_it_lives_for_a_day(
        self, customer: User, address: EmailAddress, clock: time_machine.Traveller
    ) -> None:
        link = self.sent(customer)
        clock.shift(24 * 60 * 60 + 1)
        assert not self.is_confirmed(link)
        clock.shift(-60)

        assert self.is_confirmed(link)

    def test_it_works_once(self, customer: User, address: EmailAddress) -> None:
        link = self.sent(customer)
        assert self.is_confirmed(link)

        assert b"This link does not work" in followed(link).content

    def test_only_the_newest_works(self, customer: User, address: EmailAddress) -> None:
        older, newer = self.sent(customer), self.sent(customer)

        assert not self.is_confirmed(older)
        assert self.is_confirmed(newer)
