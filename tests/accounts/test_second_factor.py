"""People who work here do nothing without a code from their authenticator app."""

from __future__ import annotations

import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from shop.accounts.models import User, sign_in_is_known
from shop.accounts.second_factor import PROOF
from tests.accounts.signing_in import (
    NOON,
    REGISTER,
    actions,
    codes_on,
    give,
    is_signed_in,
    with_password,
    without_app,
)
from tests.authenticator import (
    code_at,
    code_now,
    let_proof_age,
    register_app,
    write_recovery_codes,
)
from tests.conftest import PASSWORD, signed_in

NEW_CODES = "/accounts/2fa/recovery-codes/generate/"


class TestSigningIn:
    def test_the_password_alone_signs_nobody_in_who_works_here(self, pharmacist: User) -> None:
        client = with_password(pharmacist)

        assert not is_signed_in(client)
        assert client.get("/admin/").status_code == 302
        assert client.get("/prescriptions/").status_code == 302

    @pytest.mark.usefixtures("clock")
    def test_the_code_does(self, pharmacist: User) -> None:
        client = with_password(pharmacist)
        give(client, code_at(NOON))

        assert is_signed_in(client)
        assert client.session[PROOF]["at"] == NOON
        assert client.get(reverse("admin:prescription-queue")).status_code == 200

    def test_a_customer_needs_none(self, customer: User) -> None:
        client = with_password(customer)

        assert client.get("/prescriptions/").status_code == 200

    def test_a_customer_who_registered_an_app_is_asked_too(self, customer: User) -> None:
        register_app(customer)
        client = with_password(customer)
        assert not is_signed_in(client)
        give(client, code_now())

        assert client.get("/prescriptions/").status_code == 200

    @pytest.mark.usefixtures("clock")
    def test_a_code_works_once(self, pharmacist: User) -> None:
        first, second = with_password(pharmacist), with_password(pharmacist)
        give(first, code_at(NOON))
        page = give(second, code_at(NOON))

        assert is_signed_in(first)
        assert not is_signed_in(second)
        assert b"wait for the next one" in page.content

    def test_a_code_lasts_half_a_minute(
        self, pharmacist: User, clock: time_machine.Traveller
    ) -> None:
        client = with_password(pharmacist)
        clock.shift(31)
        give(client, code_at(NOON))

        assert not is_signed_in(client)

    def test_guessing_codes_is_stopped(self, pharmacist: User) -> None:
        client = with_password(pharmacist)
        for guess in range(6):
            page = give(client, f"{guess:06}")
        assert b"Too many" in page.content

        give(client, code_now())

        assert not is_signed_in(client)
        assert actions().count("account.code_refused") == 5

    def test_a_recovery_code_works_once_and_is_recorded(self, pharmacist: User) -> None:
        code = write_recovery_codes(pharmacist).get_unused_codes()[0]
        first, second = with_password(pharmacist), with_password(pharmacist)
        give(first, code)
        give(second, code)

        assert is_signed_in(first)
        assert not is_signed_in(second)
        assert first.get(reverse("admin:prescription-queue")).status_code == 200
        assert actions() == [
            "account.recovery_code",
            "account.sign_in",
            "account.code_refused",
        ]

    def test_a_new_password_does_not_stand_for_the_code(self, pharmacist: User) -> None:
        client = Client()
        client.post("/accounts/password/reset/", {"email": pharmacist.email})
        link = re.search(r"http://[^/]+(/\S+)", str(mail.outbox[0].body))
        assert link is not None
        form = client.get(link[1], follow=True)
        new = {"password1": "another long password", "password2": "another long password"}
        client.post(form.redirect_chain[-1][0], new)
        assert not is_signed_in(client)

        client.post("/accounts/login/", {"login": pharmacist.email, "password": new["password1"]})

        assert not is_signed_in(client)
        assert client.get("/admin/").status_code == 302


class TestWithoutAnApp:
    @pytest.mark.parametrize("person", ["staff", "pharmacist", "superuser", "superintendent"])
    def test_no_page_opens_but_the_one_that_registers_it(
        self, person: str, request: pytest.FixtureRequest
    ) -> None:
        client = with_password(without_app(request.getfixturevalue(person)))
        assert is_signed_in(client)

        for address in ("/admin/", "/dashboard/", "/dashboard/orders/", "/prescriptions/", "/"):
            answer = client.get(address)
            assert (answer.status_code, answer["Location"]) == (302, REGISTER)
        assert client.post("/dashboard/orders/").status_code == 302
        assert client.post("/accounts/logout/").status_code == 302
        assert not is_signed_in(client)

    def test_who_is_made_staff_in_the_middle_of_a_session_is_stopped(self, customer: User) -> None:
        client = signed_in(customer)
        assert client.get("/prescriptions/").status_code == 200
        User.objects.filter(pk=customer.pk).update(is_staff=True)

        assert client.get("/prescriptions/")["Location"] == REGISTER

    def test_a_superuser_who_is_not_staff_is_stopped_too(self, superuser: User) -> None:
        User.objects.filter(pk=without_app(superuser).pk).update(is_staff=False)

        assert with_password(superuser).get("/dashboard/")["Location"] == REGISTER

    @pytest.mark.django_db(transaction=True)
    def test_registering_takes_the_password_again_and_opens_the_door(
        self, pharmacist: User
    ) -> None:
        client = with_password(without_app(pharmacist))
        client.get("/admin/")
        asked = client.get(REGISTER)
        assert asked["Location"].startswith("/accounts/reauthenticate/")
        client.post(asked["Location"], {"password": PASSWORD})
        page = client.get(REGISTER)
        key = page.context["form"].secret
        before = client.session.session_key

        client.post(REGISTER, {"code": code_now(key=key)})

        page = client.get("/accounts/2fa/recovery-codes/").content.decode()
        assert len(codes_on(page)) == 10
        assert 'href="/admin/"' in page
        assert client.get(reverse("admin:prescription-queue")).status_code == 200
        assert client.session.session_key != before
        assert sign_in_is_known(pharmacist)
        assert "account.factor_added" in actions()
        assert [each.to for each in mail.outbox] == [[pharmacist.email]]
        assert "Not a pharmacy" in mail.outbox[0].body

    def test_a_wrong_code_registers_nothing(self, pharmacist: User) -> None:
        client = with_password(without_app(pharmacist))
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        client.get(REGISTER)

        page = client.post(REGISTER, {"code": "000000"})

        assert b"This code is not right" in page.content
        assert not Authenticator.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_recovery_codes_are_shown_once(self, pharmacist: User) -> None:
        client = with_password(pharmacist)
        give(client, code_now())
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        cache.clear()  # The code of the sign-in is used up.
        first = client.post(NEW_CODES, {"code": code_now()}, follow=True).content.decode()
        again = client.get("/accounts/2fa/recovery-codes/").content.decode()

        codes = codes_on(first)
        assert len(codes) == 10
        assert not any(code in again for code in codes)
        assert client.get("/accounts/2fa/recovery-codes/download/").status_code == 403
        assert client.get(reverse("admin:prescription-queue")).status_code == 200
        assert "account.recovery_codes" in actions()

    def test_new_recovery_codes_take_more_than_the_password(self, pharmacist: User) -> None:
        client = with_password(pharmacist)
        give(client, code_now())
        let_proof_age(client, minutes=5 * 60)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})

        page = client.post(NEW_CODES)

        assert b"Enter the code from your authenticator app" in page.content
        assert not Authenticator.objects.filter(type="recovery_codes").exists()

    @pytest.mark.parametrize("wrong", ["000000", ""])
    def test_nor_does_a_wrong_code_make_new_ones(self, pharmacist: User, wrong: str) -> None:
        client = with_password(pharmacist)
        give(client, code_now())
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})

        client.post(NEW_CODES, {"code": wrong})

        assert not Authenticator.objects.filter(type="recovery_codes").exists()

    def test_a_recovery_code_makes_no_new_ones_and_is_not_used_up(self, pharmacist: User) -> None:
        found = write_recovery_codes(pharmacist).get_unused_codes()[0]
        client = with_password(pharmacist)
        give(client, code_now())
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})

        page = client.post(NEW_CODES, {"code": found})

        assert b"a recovery code does not count here" in page.content
        assert Authenticator.objects.get(type="recovery_codes").wrap().validate_code(found)
