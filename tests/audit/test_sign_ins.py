"""A password or a second factor that SQL changed is named, and opens nothing of those who work here."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from shop.accounts.models import SignIn, User, sign_in_is_known
from shop.audit import live_rows, states
from shop.audit.models import Entry
from tests.accounts.signing_in import REGISTER, give, is_signed_in, with_password
from tests.authenticator import code_now
from tests.conftest import PASSWORD, make_pharmacist, signed_in

pytestmark = pytest.mark.django_db
OTHER = "a password of somebody else"


def faults() -> list[str]:
    return list(live_rows.findings())


def named(user: User) -> bool:
    return any(f"The sign_in {user.pk} is not as entry" in said for said in faults())


def test_a_password_that_sql_changes_is_named_of_a_customer_too(customer: User) -> None:
    assert faults() == []

    User.objects.update(password=make_password(OTHER))

    assert named(customer)


def test_the_log_holds_neither_the_hash_nor_the_secret(pharmacist: User) -> None:
    [app] = Authenticator.objects.filter(user=pharmacist)
    held = " ".join(Entry.objects.values_list("details_json", flat=True))

    for secret in (pharmacist.password, pharmacist.password.split("$")[-1], app.data["secret"]):
        assert secret not in held


def steal(pharmacist: User, thief: User) -> None:
    """What a thief with an app of their own writes over a pharmacist's."""
    [own] = Authenticator.objects.filter(user=thief)
    User.objects.filter(pk=pharmacist.pk).update(password=thief.password)
    Authenticator.objects.filter(user=pharmacist).update(data=own.data)


def test_a_thief_who_copies_password_and_app_is_not_let_in(pharmacist: User, staff: User) -> None:
    steal(pharmacist, staff)
    client = with_password(pharmacist)

    give(client, code_now())
    page = client.get("/admin/", follow=True).content.decode()

    assert "is not the one that the audit log knows" in page
    assert not is_signed_in(client)
    assert named(pharmacist)


def test_nobody_registers_an_app_where_sql_took_one_away(pharmacist: User) -> None:
    Authenticator.objects.filter(user=pharmacist).delete()
    client = with_password(pharmacist)

    page = client.get(REGISTER, follow=True).content.decode()

    assert "is not the one that the audit log knows" in page
    assert not is_signed_in(client)


def test_the_others_come_in_all_the_same(pharmacist: User, staff: User) -> None:
    other = make_pharmacist("second@example.com", number="67890")
    steal(pharmacist, staff)
    client = with_password(other)

    give(client, code_now())

    assert client.get("/admin/", follow=True).status_code == 200
    assert is_signed_in(client)


def test_who_has_found_out_why_lets_them_in_again(pharmacist: User, capsys: Any) -> None:
    User.objects.filter(pk=pharmacist.pk).update(password=make_password(PASSWORD))
    assert not sign_in_is_known(pharmacist)

    call_command("accept_row", "sign_in", str(pharmacist.pk), "restored from a backup")

    assert sign_in_is_known(pharmacist)
    assert faults() == []


def test_a_new_password_does_not_make_good_what_sql_changed(customer: User) -> None:
    User.objects.filter(pk=customer.pk).update(password=make_password(OTHER))
    client = signed_in(User.objects.get(pk=customer.pk))

    client.post(
        "/accounts/password/change/",
        {"oldpassword": OTHER, "password1": PASSWORD, "password2": PASSWORD},
    )

    customer.refresh_from_db()
    assert customer.check_password(PASSWORD)
    assert named(customer)


def test_a_password_that_its_owner_changes_is_known(customer: User) -> None:
    signed_in(customer).post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER},
    )

    customer.refresh_from_db()
    assert customer.check_password(OTHER)
    assert faults() == []


def test_a_password_that_is_hashed_anew_at_a_sign_in_stays_known(
    customer: User, settings: Settings
) -> None:
    before = customer.password
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]

    client: Client = with_password(customer)

    customer.refresh_from_db()
    assert (is_signed_in(client), customer.password == before) == (True, False)
    assert states.is_known(SignIn(pk=customer.pk))
    assert faults() == []


def test_secrets_that_are_sealed_with_another_key_are_the_same(
    pharmacist: User, settings: Settings
) -> None:
    settings.DOCUMENT_KEYS = {"newer": b"n" * 32, **settings.DOCUMENT_KEYS}

    call_command("rotate_keys")

    [app] = Authenticator.objects.filter(user=pharmacist)
    assert sign_in_is_known(pharmacist)
    assert app.data["secret"]


def test_a_secret_that_cannot_be_opened_is_named(pharmacist: User) -> None:
    Authenticator.objects.filter(user=pharmacist).update(data={"secret": "spoiled"})

    assert any("cannot be read" in said or "is not as" in said for said in faults())
