"""Nothing tells a world whose rows are laid from one that the shop's code has just made."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from shop.accounts.models import User
from shop.audit.verification import Verification
from tests import conftest
from tests.quick import rows
from tests.quick.worlds import MOST_STEPS, WORLD, beginning, kept

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

World = dict[str, Any]


def everyone_and_an_approval() -> World:
    """One of each that the tests start from, in an order of its own."""
    countries = conftest.make_countries()
    world = {
        "staff": conftest.make_staff(),
        "medicine": conftest.make_medicine(countries),
        "customer": conftest.make_customer(),
        "superintendent": conftest.make_superintendent(),
        "pharmacist": conftest.make_pharmacist("pharmacist@example.com", number="12345"),
    }
    patient = conftest.add_patient(world["customer"])
    sent = conftest.send_prescription(world["customer"], world["medicine"], patient=patient)
    conftest.approve(sent, world["medicine"], by=world["pharmacist"])
    return world | {"patient": patient, "sent": sent, "shipped": conftest.make_baclofen()}


def every_row() -> dict[str, Any]:
    return {table: rows.read(table) for table in rows.models()}


def known_of(instance: Any) -> dict[str, Any]:
    """All that the object holds, with what it has looked up; `attr` is a container for each object."""
    known = {
        name: value for name, value in vars(instance).items() if name not in {"_state", "attr"}
    }
    return known | {"looked up": sorted(instance._state.fields_cache)}  # noqa: SLF001


@pytest.fixture
def nothing_yet(db: None) -> Iterator[Callable[[], None]]:
    """No step was ever taken in this process; gives a function that goes back to the beginning."""
    first, WORLD.first = WORLD.first, beginning()

    def again() -> None:
        WORLD.here = WORLD.first

    again()
    yield again
    WORLD.first = first


@pytest.fixture
def builds() -> Iterator[list[str]]:
    """The names that `make` was run with, not laid again."""
    BUILT.clear()
    yield BUILT
    BUILT.clear()


BUILT: list[str] = []


@kept
def make(email: str) -> User:
    BUILT.append(email)
    return User.objects.create_user(email)


def test_each_row_and_each_object_is_as_it_was_built(nothing_yet: Callable[[], None]) -> None:
    with transaction.atomic():
        built = everyone_and_an_approval()
        expected = every_row(), {name: known_of(each) for name, each in built.items()}
        transaction.set_rollback(True)
    assert not any(every_row()["accounts_user"])

    nothing_yet()
    laid = everyone_and_an_approval()

    assert WORLD.here is not None
    assert every_row() == expected[0]
    assert {name: known_of(each) for name, each in laid.items()} == expected[1]
    assert list(Verification({}).findings()) == []


def test_what_comes_after_has_numbers_of_its_own(nothing_yet: Callable[[], None]) -> None:
    with transaction.atomic():
        everyone_and_an_approval()
        transaction.set_rollback(True)
    nothing_yet()
    world = everyone_and_an_approval()

    conftest.make_user("later@example.com")
    second = conftest.send_prescription(world["customer"], world["medicine"])

    assert second.pk != world["sent"].pk
    assert list(Verification({}).findings()) == []


def test_a_step_is_taken_once(nothing_yet: Callable[[], None], builds: list[str]) -> None:
    for _time in range(3):
        with transaction.atomic():
            assert make("a@example.com").email == make("b@example.com").email.replace("b", "a")
            assert User.objects.count() == 2
            transaction.set_rollback(True)
        nothing_yet()

    assert builds == ["a@example.com", "b@example.com"]


def test_of_many_steps_only_the_first_are_remembered(
    nothing_yet: Callable[[], None], builds: list[str]
) -> None:
    emails = [f"{number}@example.com" for number in range(MOST_STEPS + 2)]
    for _time in range(2):
        with transaction.atomic():
            for email in emails:
                make(email)
            transaction.set_rollback(True)
        nothing_yet()

    assert builds == [*emails, *emails[MOST_STEPS:]]


def write(_patch: pytest.MonkeyPatch, _settings: Any) -> None:
    conftest.make_user("c@example.com")


def take_back(_patch: pytest.MonkeyPatch, _settings: Any) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)


def patch_something(patch: pytest.MonkeyPatch, _settings: Any) -> None:
    patch.setattr(timezone, "now", timezone.now)


def change_a_setting(_patch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DRAFT_DAYS = 1


@pytest.mark.parametrize("do", [write, take_back, patch_something, change_a_setting])
def test_after_anything_else_it_is_built(
    do: Callable[..., None],
    nothing_yet: Callable[[], None],
    builds: list[str],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    with transaction.atomic():
        make("a@example.com")
        transaction.set_rollback(True)
    nothing_yet()

    do(monkeypatch, settings)
    make("a@example.com")

    assert builds == ["a@example.com"] * 2


def test_at_another_time_it_is_built(nothing_yet: Callable[[], None], builds: list[str]) -> None:
    with transaction.atomic():
        make("a@example.com")
        transaction.set_rollback(True)
    nothing_yet()

    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=5)):
        make("a@example.com")

    assert builds == ["a@example.com"] * 2


@pytest.fixture
def committed(nothing_yet_committed: None, builds: list[str]) -> list[User]:
    """Somebody who was made, taken out, and laid, each time for good."""
    made = [make("a@example.com")]
    conftest.empty_the_tables()
    WORLD.here = WORLD.first
    return [*made, make("a@example.com")]


@pytest.fixture
def nothing_yet_committed(transactional_db: None) -> Iterator[None]:
    first, WORLD.first = WORLD.first, beginning()
    WORLD.here = WORLD.first
    yield
    WORLD.first = first


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_laid_before_the_test_and_built_in_it(
    committed: list[User], builds: list[str]
) -> None:
    assert committed[0] == committed[1] == User.objects.get()
    assert builds == ["a@example.com"]

    make("b@example.com")
    conftest.empty_the_tables()
    make("b@example.com")

    assert builds[1:] == ["b@example.com"] * 2


@kept
def write_a_letter(user: User) -> User:
    BUILT.append("a letter")
    transaction.on_commit(lambda: BUILT.append("posted"))
    return user


@pytest.fixture
def letters(nothing_yet_committed: None, builds: list[str]) -> None:
    for _time in range(2):
        write_a_letter(make("a@example.com"))
        conftest.empty_the_tables()
        WORLD.here = WORLD.first


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_a_commit_happens_each_time(letters: None, builds: list[str]) -> None:
    assert builds == ["a@example.com", *["a letter", "posted"] * 2]


@pytest.mark.django_db(transaction=True)
def test_what_another_thread_writes_is_noticed(nothing_yet_committed: None) -> None:
    WORLD.here = WORLD.first

    def write() -> None:
        make("a@example.com")
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()

    assert WORLD.here is None


@kept
def save(user: User) -> User:
    BUILT.append(user.first_name)
    user.save()
    return user


def test_a_row_that_is_another_one_makes_it_another_step(
    nothing_yet: Callable[[], None], builds: list[str]
) -> None:
    for name in ("Anna", "Uma", "Anna"):
        with transaction.atomic():
            user = conftest.make_customer()
            user.first_name = name
            assert save(user) is user
            assert User.objects.get().first_name == name
            transaction.set_rollback(True)
        nothing_yet()

    assert builds == ["Anna", "Uma"]
