"""How long people who work here stay signed in, and who may give a second factor up."""

from __future__ import annotations

import time

import time_machine
from allauth.mfa.models import Authenticator
from django.urls import reverse

from shop.accounts.models import User
from shop.accounts.second_factor import PROOF
from tests.accounts.signing_in import (
    give,
    is_signed_in,
    with_password,
    without_app,
)
from tests.authenticator import code_now, register_app
from tests.conftest import PASSWORD, signed_in


class TestSessions:
    def test_one_that_gave_no_code_of_todays_app_ends(self, pharmacist: User) -> None:
        client = signed_in(pharmacist)
        register_app(without_app(pharmacist))

        answer = client.get(reverse("admin:prescription-queue"))

        assert answer["Location"].startswith("/accounts/login/")
        assert not is_signed_in(client)

    def test_one_that_gave_no_code_ends_once_there_is_an_app(self, pharmacist: User) -> None:
        client = with_password(without_app(pharmacist))
        register_app(pharmacist)

        answer = client.get(reverse("admin:prescription-queue"))

        assert answer["Location"].startswith("/accounts/login/")
        assert not is_signed_in(client)

    def test_the_mark_of_another_persons_app_counts_for_nothing(
        self, pharmacist: User, staff: User
    ) -> None:
        client = signed_in(pharmacist)
        session = client.session
        session[PROOF] = {"app": register_app(staff).pk, "at": time.time()}
        session.save()

        assert client.get(reverse("admin:prescription-queue")).status_code == 302

    def test_one_that_is_left_alone_ends(
        self, pharmacist: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in(pharmacist)
        queue = reverse("admin:prescription-queue")
        for _ in range(3):
            clock.shift(14 * 60)
            assert client.get(queue).status_code == 200
        clock.shift(16 * 60)

        answer = client.get(queue)

        assert answer["Location"] == f"/accounts/login/?next={queue}"
        assert not is_signed_in(client)
        assert b"nothing was done for 15 minutes" in client.get(answer["Location"]).content

    def test_none_lasts_longer_than_twelve_hours(
        self, pharmacist: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in(pharmacist)
        queue = reverse("admin:prescription-queue")
        for _ in range(12 * 6):
            clock.shift(10 * 60)
            assert client.get(queue).status_code == 200
        clock.shift(60)

        assert client.get(queue).status_code == 302

    def test_a_customers_may_be_left_alone(
        self, customer: User, clock: time_machine.Traveller
    ) -> None:
        client = signed_in(customer)
        clock.shift(60 * 60)

        assert client.get("/prescriptions/").status_code == 200


class TestGivingItUp:
    def test_nobody_who_works_here_can(self, pharmacist: User) -> None:
        client = with_password(pharmacist)
        give(client, code_now())
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})

        page = client.post("/accounts/2fa/totp/deactivate/")

        assert b"ask the superintendent" in page.content
        assert Authenticator.objects.filter(user=pharmacist).exists()

    def test_a_customer_can(self, customer: User) -> None:
        register_app(customer)
        client = with_password(customer)
        give(client, code_now())
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})

        client.post("/accounts/2fa/totp/deactivate/")

        assert not Authenticator.objects.exists()
