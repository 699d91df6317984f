"""Wrong passwords and codes: a stranger's lock nobody out who sits at a device that is known."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from shop.accounts import devices, tries
from shop.accounts.models import KnownDevice, User
from shop.audit.requests import Origin, _origin
from tests.accounts.signing_in import CODE, NOON, is_signed_in
from tests.authenticator import code_at
from tests.conftest import PASSWORD, make_pharmacist, signed_in

LOGIN = "/accounts/login/"
HERE, THERE = "203.0.113.7", "198.51.100.9"
WRONG = "not the password"
pytestmark = pytest.mark.usefixtures("clock")


def type_password(client: Client, user: User, password: str, *, address: str) -> HttpResponse:
    typed = {"login": user.email, "password": password}
    return client.post(LOGIN, typed, REMOTE_ADDR=address)


def is_refused(answer: HttpResponse) -> bool:
    return b"Too many wrong tries" in answer.content


def wrong_passwords(user: User, many: int, *, address: str = THERE) -> list[bool]:
    """What a stranger hears, one time after the other: whether it was too many."""
    return [is_refused(type_password(Client(), user, WRONG, address=address)) for _ in range(many)]


def asks_for_the_code(answer: HttpResponse) -> bool:
    return answer.get("Location", "").startswith(CODE)


@pytest.fixture
def colleague(pharmacist: User, clock: time_machine.Traveller) -> Client:
    """A pharmacist's own browser, on which a code was given; signed out again."""
    client = Client()
    type_password(client, pharmacist, PASSWORD, address=HERE)
    client.post(CODE, {"code": code_at(NOON)}, REMOTE_ADDR=HERE)
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    clock.shift(30)
    return client


class TestStranger:
    def test_five_wrong_ones_from_one_network_and_no_more(self, pharmacist: User) -> None:
        assert wrong_passwords(pharmacist, 6) == [False] * 5 + [True]

    def test_then_the_right_one_is_not_even_looked_at(self, pharmacist: User) -> None:
        wrong_passwords(pharmacist, 5)

        answer = type_password(Client(), pharmacist, PASSWORD, address=THERE)

        assert is_refused(answer)

    def test_a_neighbour_in_the_network_counts_with_it(self, pharmacist: User) -> None:
        wrong_passwords(pharmacist, 3, address="198.51.100.9")

        assert wrong_passwords(pharmacist, 3, address="198.51.100.200") == [False, False, True]

    def test_the_time_is_fixed_and_not_begun_anew(
        self, pharmacist: User, clock: time_machine.Traveller
    ) -> None:
        for _ in range(5):
            wrong_passwords(pharmacist, 1)
            clock.shift(3 * 60 - 1)
        clock.shift(10)

        assert wrong_passwords(pharmacist, 2) == [False, True]

    def test_many_networks_share_a_limit_too(self, pharmacist: User) -> None:
        for network in range(6):
            assert not any(wrong_passwords(pharmacist, 5, address=f"192.0.{network}.1"))

        assert wrong_passwords(pharmacist, 1, address="192.0.99.1") == [True]

    def test_one_network_at_many_accounts_is_stopped(self, db: None) -> None:
        for number in range(12):
            user = User(email=f"nobody{number}@example.com")
            assert not any(wrong_passwords(user, 5))

        assert wrong_passwords(User(email="one.more@example.com"), 1) == [True]

    def test_a_right_password_takes_no_place(self, customer: User) -> None:
        for _ in range(8):
            client = Client()
            type_password(client, customer, PASSWORD, address=HERE)
            assert is_signed_in(client)

    def test_a_right_one_gives_no_new_places(self, customer: User) -> None:
        wrong_passwords(customer, 4, address=HERE)
        type_password(Client(), customer, PASSWORD, address=HERE)

        assert wrong_passwords(customer, 2, address=HERE) == [False, True]

    def test_the_password_on_other_pages_is_counted_with_it(self, customer: User) -> None:
        client = signed_in(customer)
        for _ in range(5):
            client.post(reverse("own-data"), {"password": WRONG}, REMOTE_ADDR=HERE)

        answer = client.post(reverse("own-data"), {"password": PASSWORD}, REMOTE_ADDR=HERE)

        assert is_refused(answer)

    def test_a_flood_of_names_does_not_wash_the_limit_away(self, pharmacist: User) -> None:
        wrong_passwords(pharmacist, 5)
        for number in range(400):
            cache.set(f"zz:{number}", 1, timeout=3600)

        assert wrong_passwords(pharmacist, 1) == [True]


class TestKnownDevice:
    def test_a_strangers_wrong_ones_do_not_lock_it_out(
        self, pharmacist: User, colleague: Client
    ) -> None:
        for network in range(7):
            wrong_passwords(pharmacist, 5, address=f"192.0.{network}.1")

        answer = type_password(colleague, pharmacist, PASSWORD, address=HERE)

        assert asks_for_the_code(answer)

    def test_nor_do_those_from_the_same_network(self, pharmacist: User, colleague: Client) -> None:
        for number in range(12):
            wrong_passwords(User(email=f"nobody{number}@example.com"), 5, address=HERE)
        wrong_passwords(pharmacist, 5, address=HERE)

        answer = type_password(colleague, pharmacist, PASSWORD, address=HERE)

        assert asks_for_the_code(answer)

    def test_nor_do_wrong_codes_of_somebody_with_the_password(
        self, pharmacist: User, colleague: Client, clock: time_machine.Traveller
    ) -> None:
        thief = Client()
        type_password(thief, pharmacist, PASSWORD, address=THERE)
        for guess in range(6):
            answer = thief.post(CODE, {"code": f"{guess:06}"}, REMOTE_ADDR=THERE)
        assert is_refused(answer)

        type_password(colleague, pharmacist, PASSWORD, address=HERE)
        colleague.post(CODE, {"code": code_at(NOON + 30)}, REMOTE_ADDR=HERE)

        assert is_signed_in(colleague)

    def test_an_unknown_device_is_locked_out_meanwhile(self, pharmacist: User) -> None:
        """The honest limit: who has never given a code here waits, or follows a link by mail."""
        for network in range(6):
            wrong_passwords(pharmacist, 5, address=f"192.0.{network}.1")

        assert is_refused(type_password(Client(), pharmacist, PASSWORD, address=HERE))

    def test_it_has_a_limit_of_its_own(self, pharmacist: User, colleague: Client) -> None:
        heard = [
            is_refused(type_password(colleague, pharmacist, WRONG, address=HERE)) for _ in range(11)
        ]

        assert heard == [False] * 10 + [True]

    def test_it_is_known_for_nobody_else(self, colleague: Client, customer: User) -> None:
        wrong_passwords(customer, 5, address=HERE)

        assert is_refused(type_password(colleague, customer, PASSWORD, address=HERE))

    def test_it_is_known_by_every_address_of_the_account(
        self, pharmacist: User, colleague: Client
    ) -> None:
        EmailAddress.objects.create(user=pharmacist, email="nia@home.example", verified=True)
        at_home = User(email="nia@home.example")
        wrong_passwords(at_home, 5, address=HERE)

        assert asks_for_the_code(type_password(colleague, at_home, PASSWORD, address=HERE))

    def test_two_who_share_it_are_both_known(
        self, pharmacist: User, colleague: Client, clock: time_machine.Traveller
    ) -> None:
        second = make_pharmacist("second@example.com", number="222")
        type_password(colleague, second, PASSWORD, address=HERE)
        colleague.post(CODE, {"code": code_at(NOON + 30)}, REMOTE_ADDR=HERE)
        colleague.post("/accounts/logout/")
        for user in (pharmacist, second):
            wrong_passwords(user, 5, address=HERE)

        for user in (pharmacist, second):
            assert asks_for_the_code(type_password(colleague, user, PASSWORD, address=HERE))
        assert KnownDevice.objects.values("device").distinct().count() == 1

    def test_a_password_alone_makes_none_known(self, customer: User) -> None:
        client = Client()
        type_password(client, customer, PASSWORD, address=HERE)

        assert "device" not in client.cookies
        assert not KnownDevice.objects.exists()

    def test_the_cookie_is_signed_and_out_of_reach_of_scripts(
        self, pharmacist: User, colleague: Client
    ) -> None:
        cookie = colleague.cookies["device"]
        row = KnownDevice.objects.get(user=pharmacist)

        assert cookie.value.startswith(f"{row.device}:")
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        colleague.cookies["device"] = str(row.device)
        wrong_passwords(pharmacist, 5, address=HERE)
        assert is_refused(type_password(colleague, pharmacist, PASSWORD, address=HERE))

    def test_one_that_was_ended_is_known_no_more(self, pharmacist: User, colleague: Client) -> None:
        devices.end_all(pharmacist)
        wrong_passwords(pharmacist, 5, address=HERE)

        assert is_refused(type_password(colleague, pharmacist, PASSWORD, address=HERE))

    def test_and_a_copy_of_its_cookie_stays_unknown_after_the_next_code(
        self, pharmacist: User, colleague: Client, clock: time_machine.Traveller
    ) -> None:
        copied = colleague.cookies["device"].value
        devices.end_all(pharmacist)
        type_password(colleague, pharmacist, PASSWORD, address=HERE)
        colleague.post(CODE, {"code": code_at(NOON + 30)}, REMOTE_ADDR=HERE)
        assert colleague.cookies["device"].value != copied

        thief = Client()
        thief.cookies["device"] = copied
        wrong_passwords(pharmacist, 5)
        assert is_refused(type_password(thief, pharmacist, PASSWORD, address=THERE))


def test_a_new_password_by_a_link_lets_one_try_anew(customer: User, mailoutbox: list[Any]) -> None:
    wrong_passwords(customer, 5, address=HERE)
    client = Client(REMOTE_ADDR=HERE)
    client.post("/accounts/password/reset/", {"email": customer.email})
    link = str(mailoutbox[0].body).split("http://testserver")[1].split()[0]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = "another long password"
    client.post(form, {"password1": new, "password2": new})

    type_password(client, customer, new, address=HERE)

    assert is_signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_five_are_looked_at() -> None:
    looked_at: list[int] = []
    start = threading.Barrier(20)

    def one(number: int) -> None:
        _origin.set(Origin(THERE))
        start.wait()
        try:
            with tries.one_try(RequestFactory().post("/"), kind="password", email="a@b.example"):
                looked_at.append(number)
        except tries.TooMany:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 <= len(looked_at) <= 5
