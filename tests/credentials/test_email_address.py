"""An open session alone does not take the account: an address is changed with the password."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from shop.accounts.models import User, sign_in_is_known
from shop.audit.models import Entry
from tests.accounts.signing_in import NOON, actions, with_password
from tests.conftest import PASSWORD

EMAIL = "/accounts/email/"
THIEF = "thief@example.com"


@pytest.fixture
def own_address(customer: User) -> EmailAddress:
    return EmailAddress.objects.create(
        user=customer, email=customer.email, verified=True, primary=True
    )


@pytest.fixture
def second_address(customer: User, own_address: EmailAddress) -> EmailAddress:
    return EmailAddress.objects.create(user=customer, email=THIEF, verified=True)


def old_session(user: User) -> Client:
    """Signed in by password, and left open for six hours."""
    with time_machine.travel(NOON, tick=False):
        return with_password(user)


CHANGES: list[dict[str, str]] = [
    {"action_add": "", "email": THIEF},
    {"action_primary": "", "email": THIEF},
    {"action_remove": "", "email": THIEF},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_an_old_session_is_asked_for_the_password(
    change: dict[str, str], customer: User, second_address: EmailAddress
) -> None:
    if "action_add" in change:
        second_address.delete()
    client = old_session(customer)
    before = set(EmailAddress.objects.values_list("email", "primary"))

    with time_machine.travel(NOON + 6 * 60 * 60, tick=False):
        answer = client.post(EMAIL, change)

    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert set(EmailAddress.objects.values_list("email", "primary")) == before
    assert User.objects.get(pk=customer.pk).email == customer.email


def test_a_session_of_a_moment_ago_is_asked_too(customer: User, own_address: EmailAddress) -> None:
    answer = with_password(customer).post(EMAIL, {"action_add": "", "email": THIEF})

    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_a_wrong_password_changes_nothing(customer: User, own_address: EmailAddress) -> None:
    client = with_password(customer)
    asked = client.post(EMAIL, {"action_add": "", "email": THIEF})

    client.post(asked["Location"], {"password": "not the password"})

    assert not EmailAddress.objects.filter(email=THIEF).exists()


def confirmed(user: User) -> Client:
    """Somebody who has typed the password twice."""
    client = with_password(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    mail.outbox.clear()
    return client


def told() -> list[str]:
    """To whom the shop wrote that a credential changed."""
    changed = [each for each in mail.outbox if "a change of how you sign in" in each.subject]
    return sorted(address for each in changed for address in each.to)


@pytest.mark.django_db(transaction=True)
class TestWithThePassword:
    def test_what_was_typed_is_not_lost(self, customer: User, own_address: EmailAddress) -> None:
        client = with_password(customer)
        asked = client.post(EMAIL, {"action_add": "", "email": THIEF})

        client.post(asked["Location"], {"password": PASSWORD, "next": EMAIL})

        assert EmailAddress.objects.filter(user=customer, email=THIEF).exists()

    def test_an_address_that_is_added_is_told_to_the_old_one(
        self, customer: User, own_address: EmailAddress
    ) -> None:
        confirmed(customer).post(EMAIL, {"action_add": "", "email": "anna@new.example"})

        assert told() == [customer.email]
        assert actions() == ["account.email_added"]

    def test_one_that_is_confirmed_is_told_to_the_old_one(
        self, customer: User, own_address: EmailAddress
    ) -> None:
        client = confirmed(customer)
        client.post(EMAIL, {"action_add": "", "email": "anna@new.example"})
        link = next(
            found[0]
            for each in mail.outbox
            if (found := re.search(r"/accounts/confirm-email/\S+", str(each.body)))
        )
        mail.outbox.clear()

        Client().post(link)

        assert told() == [customer.email]
        entry = Entry.objects.get(action="account.email_confirmed")
        assert (entry.actor_id, entry.actor_role) == (None, "not signed in")

    def test_one_that_takes_the_place_of_an_unconfirmed_one_is_told_to_that(
        self, customer: User
    ) -> None:
        """An account that came in by another way than the sign-up has no first address yet."""
        address = EmailAddress.objects.create(user=customer, email=THIEF)
        old, link = customer.email, address.send_confirmation().key
        mail.outbox.clear()

        Client().post(f"/accounts/confirm-email/{link}/")

        assert User.objects.get(pk=customer.pk).email == THIEF
        assert told() == [old]

    def test_a_new_address_to_write_to_is_told_to_both(
        self, customer: User, second_address: EmailAddress
    ) -> None:
        confirmed(customer).post(EMAIL, {"action_primary": "", "email": THIEF})

        assert told() == [customer.email, THIEF]
        entry = Entry.objects.get(action="account.email")
        assert (entry.actor_id, entry.subject_key) == (customer.pk, str(customer.pk))

    def test_one_that_is_taken_off_is_told_to_both(
        self, customer: User, second_address: EmailAddress
    ) -> None:
        confirmed(customer).post(EMAIL, {"action_remove": "", "email": THIEF})

        assert told() == [customer.email, THIEF]
        assert actions() == ["account.email_removed"]

    def test_no_address_is_in_the_log(self, customer: User, second_address: EmailAddress) -> None:
        confirmed(customer).post(EMAIL, {"action_primary": "", "email": THIEF})

        assert "@" not in " ".join(entry.details_json for entry in Entry.objects.all())


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_made_is_recorded() -> None:
    Client().post("/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD})

    entry = Entry.objects.get(subject_type="account")
    user = User.objects.get()
    assert (entry.action, entry.actor_id) == ("account.made", user.pk)
    assert sign_in_is_known(user)
    assert [each.to for each in mail.outbox] == [["new@example.com"]]


@pytest.mark.django_db(transaction=True)
def test_a_password_that_is_changed_is_recorded_and_told(customer: User) -> None:
    typed = {
        "oldpassword": PASSWORD,
        "password1": "another long one",
        "password2": "another long one",
    }

    with_password(customer).post("/accounts/password/change/", typed)

    assert actions() == ["account.password"]
    assert told() == [customer.email]
    assert "call the pharmacy at once" in str(mail.outbox[0].body)


@pytest.mark.django_db(transaction=True)
def test_a_password_whose_entry_cannot_be_written_is_not_changed(
    customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the log is full")

    client = with_password(customer)
    typed = {
        "oldpassword": PASSWORD,
        "password1": "another long one",
        "password2": "another long one",
    }
    monkeypatch.setattr("shop.audit.log.append", broken)

    with pytest.raises(RuntimeError, match="the log is full"):
        client.post("/accounts/password/change/", typed)

    assert User.objects.get(pk=customer.pk).check_password(PASSWORD)
