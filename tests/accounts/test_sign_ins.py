"""People who work here: that they came, went, failed to, or changed their role is in the audit log."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shop.accounts import roles
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import states
from shop.audit.models import Entry
from tests.authenticator import code_now
from tests.conftest import PASSWORD, signed_in

FROM = {"REMOTE_ADDR": "203.0.113.77", "headers": {"user-agent": "Firefox"}}


def sign_in(email: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password}, **FROM)  # type: ignore[arg-type]
    return client


def actions() -> list[str]:
    return list(Entry.objects.order_by("sequence").values_list("action", flat=True))


def said(entry: Entry) -> dict[str, Any]:
    """The details without the hash of the row."""
    return {name: value for name, value in entry.details.items() if name != "state"}


def test_a_pharmacist_comes_and_goes(pharmacist: User) -> None:
    client = sign_in(pharmacist.email)
    client.post("/accounts/2fa/authenticate/", {"code": code_now()}, **FROM)  # type: ignore[arg-type]
    client.post("/accounts/logout/", **FROM)  # type: ignore[arg-type]

    came, went = Entry.objects.filter(subject_type="account").order_by("sequence")
    assert (came.action, went.action) == ("account.sign_in", "account.sign_out")
    for entry in (came, went):
        assert entry.actor_id == pharmacist.pk
        assert entry.actor_role == "pharmacist, Test register 12345"
        assert (entry.subject_type, entry.subject_key) == ("account", str(pharmacist.pk))
        assert (entry.address, len(entry.agent)) == ("203.0.113.77", 16)


@pytest.mark.parametrize("email", ["staff@example.com", "STAFF@example.com"])
def test_somebody_tries_in_the_name_of_staff(staff: User, email: str) -> None:
    sign_in(email, "not the password")

    entry = Entry.objects.get(subject_type="account")
    assert (entry.action, entry.actor_id) == ("account.sign_in_failed", None)
    assert entry.subject_key == str(staff.pk)
    assert entry.address == "203.0.113.77"
    assert "not the password" not in str(vars(entry))


def test_customers_come_and_go_unrecorded(customer: User) -> None:
    sign_in(customer.email).post("/accounts/logout/")
    sign_in(customer.email, "not the password")
    sign_in("nobody@example.com")

    assert actions() == ["sign_in.make"]


@pytest.mark.parametrize(
    ("person", "role"),
    [
        ("customer", "customer"),
        ("staff", "Shop staff"),
        ("superuser", "superuser"),
        ("superintendent", "Superintendent"),
        ("pharmacist", "pharmacist, Test register 12345"),
    ],
)
def test_each_is_named_by_what_they_are_that_day(
    person: str, role: str, request: pytest.FixtureRequest
) -> None:
    assert actor_of(request.getfixturevalue(person)).role == role


def test_a_role_that_is_granted_is_recorded(customer: User) -> None:
    call_command("grant_role", customer.email, roles.SUPERINTENDENT, stdout=io.StringIO())

    entry = Entry.objects.get(subject_type="rights")
    assert (entry.action, entry.subject_key) == ("account.roles", str(customer.pk))
    assert said(entry) == {"granted": "Superintendent"}


def test_an_auditor_gets_no_permission_at_all(customer: User) -> None:
    call_command("grant_role", customer.email, roles.AUDITOR, stdout=io.StringIO())

    assert User.objects.get(pk=customer.pk).get_all_permissions() == set()


def test_a_role_that_is_changed_in_the_admin_is_recorded(
    superintendent: User, customer: User
) -> None:
    client = signed_in(superintendent)
    url = reverse("admin:accounts_user_change", args=[customer.pk])
    fields = {"email": customer.email, "is_active": "on", "is_staff": "on", "first_name": "Anna"}

    assert client.post(url, fields).status_code == 302

    entry = Entry.objects.get(action="account.roles")
    assert (entry.actor_id, entry.subject_key) == (superintendent.pk, str(customer.pk))
    assert said(entry) == {"active": True, "staff": True, "groups": []}
    assert states.is_known(User.objects.get(pk=customer.pk))


def test_a_registration_that_is_entered_is_recorded(superintendent: User, staff: User) -> None:
    day = timezone.localdate()
    fields = {"user": staff.pk, "register": "Register", "number": "7", "valid_until": str(day)}

    url = reverse("admin:accounts_pharmacistregistration_add")
    assert signed_in(superintendent).post(url, fields).status_code == 302

    entry = Entry.objects.get(action="account.registration")
    assert (entry.actor_id, entry.subject_key) == (superintendent.pk, str(staff.pk))
    assert said(entry) == {"registration": "Register 7", "valid_until": str(day)}
    assert states.is_known(staff)
