"""People who work here do nothing without a code from their authenticator app."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from shop.accounts.adapters import MFAAdapter
from shop.accounts.models import User
from shop.accounts.resealing import sealed_secrets
from shop.accounts.second_factor import PROOF
from shop.audit.models import Entry
from shop.prescriptions import rotation
from shop.vault.sealing import VaultError
from tests.authenticator import APP_KEY, code_at, code_now, register_app
from tests.conftest import PASSWORD, make_user, signed_in

CODE = "/accounts/2fa/authenticate/"
REGISTER = "/accounts/2fa/totp/activate/"
# On the second of a full half minute, so that a test knows how long a code lasts.
NOON = 1_795_348_800


@pytest.fixture(autouse=True)
def counted_anew(db: None) -> Iterator[None]:
    """The limits of the sign-in, and the codes that were used, are in the cache."""
    call_command("createcachetable", verbosity=0)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


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
    return list(Entry.objects.order_by("sequence").values_list("action", flat=True))


def codes_on(page: str) -> list[str]:
    return re.findall(r'<code class="key">(\d{8})</code>', page)


def without_app(user: User) -> User:
    Authenticator.objects.filter(user=user).delete()
    return user


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
        code = RecoveryCodes.activate(pharmacist).get_unused_codes()[0]
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
        first = client.post("/accounts/2fa/recovery-codes/generate/", follow=True).content.decode()
        again = client.get("/accounts/2fa/recovery-codes/").content.decode()

        codes = codes_on(first)
        assert len(codes) == 10
        assert not any(code in again for code in codes)
        assert client.get("/accounts/2fa/recovery-codes/download/").status_code == 403
        assert client.get(reverse("admin:prescription-queue")).status_code == 200
        assert "account.recovery_codes" in actions()


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

    def test_the_superintendent_takes_it_away_and_every_session_with_it(
        self, superintendent: User, pharmacist: User
    ) -> None:
        RecoveryCodes.activate(pharmacist)
        session = signed_in(pharmacist)

        answer = take_away(superintendent, pharmacist)

        assert "taken away" in answer.content.decode()
        assert not Authenticator.objects.filter(user=pharmacist).exists()
        assert session.get(reverse("admin:prescription-queue")).status_code == 302
        assert not is_signed_in(session)
        assert with_password(pharmacist).get("/admin/")["Location"] == REGISTER
        entry = Entry.objects.get(action="account.factor_taken")
        assert (entry.actor_id, entry.subject_key) == (superintendent.pk, str(pharmacist.pk))
        assert [each.to for each in mail.outbox] == [[pharmacist.email]]

    @pytest.mark.parametrize("person", ["superuser", "staff", "pharmacist"])
    def test_nobody_else_does(self, person: str, request: pytest.FixtureRequest) -> None:
        other = make_user("other@example.com")
        register_app(other)

        take_away(request.getfixturevalue(person), other)

        assert Authenticator.objects.filter(user=other).exists()

    def test_a_command_does_where_there_is_nobody_to_ask(self, superintendent: User) -> None:
        call_command("remove_second_factor", superintendent.email, verbosity=0)

        assert not Authenticator.objects.filter(user=superintendent).exists()
        assert Entry.objects.get(action="account.factor_taken").actor_role == "system"
        with pytest.raises(CommandError, match="no authenticator app"):
            call_command("remove_second_factor", superintendent.email)


def take_away(by: User, user: User) -> Any:
    data = {"action": "remove_second_factor", "_selected_action": [user.pk]}
    return signed_in(by).post(reverse("admin:accounts_user_changelist"), data, follow=True)


class TestSecrets:
    def test_they_lie_sealed(self, pharmacist: User) -> None:
        RecoveryCodes.activate(pharmacist)

        for row in Authenticator.objects.all():
            assert APP_KEY not in str(row.data)
            sealed = row.data.get("secret") or row.data["seed"]
            assert MFAAdapter().decrypt(sealed)

    @pytest.mark.parametrize("text", ["no base64 at all", "AAAA", APP_KEY])
    def test_one_that_was_not_sealed_here_is_refused(self, text: str) -> None:
        with pytest.raises(VaultError):
            MFAAdapter().decrypt(text)

    def test_they_are_sealed_anew_with_a_new_key(self, pharmacist: User, settings: Any) -> None:
        codes = RecoveryCodes.activate(pharmacist)
        used, kept = codes.get_unused_codes()[:2]
        seen = list(sealed_secrets())
        assert [secret.key_id() for secret in seen] == ["test1", "test1"]
        # One of the codes is used between the look and the new seal.
        codes.validate_code(used)
        settings.DOCUMENT_KEYS = {"new": b"n" * 32, **settings.DOCUMENT_KEYS}

        assert all(secret.reseal() for secret in seen)
        assert rotation.rotate(lambda _: None).resealed == 0

        settings.DOCUMENT_KEYS = {"new": b"n" * 32}
        assert rotation.take_census().by_key["new"] == 2
        again = Authenticator.objects.get(type="recovery_codes").wrap()
        assert not again.validate_code(used)
        assert again.validate_code(kept)
        assert Authenticator.objects.get(type="totp").wrap().validate_code(code_now())

    def test_one_that_was_replaced_meanwhile_is_left_alone(
        self, pharmacist: User, settings: Any
    ) -> None:
        (seen,) = sealed_secrets()
        register_app(without_app(pharmacist))
        settings.DOCUMENT_KEYS = {"new": b"n" * 32, **settings.DOCUMENT_KEYS}

        assert not seen.is_there()
        assert not seen.reseal()

    def test_one_that_cannot_be_opened_is_named(self, pharmacist: User, settings: Any) -> None:
        Authenticator.objects.update(data={"secret": "spoiled"})
        settings.DOCUMENT_KEYS = {"new": b"n" * 32, **settings.DOCUMENT_KEYS}

        assert "mfa.Authenticator.secret" in rotation.rotate(lambda _: None).failed[0]
