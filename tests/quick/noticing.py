"""Notices what a test does besides taking the steps of `worlds`, after which they run as they are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pytest
from django.core.signals import setting_changed
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import TestCase

from catalogue.content import rendering
from catalogue.views import tags_of
from shop.vault.storage import WholeFileStorage
from tests.quick.worlds import WORLD

P = ParamSpec("P")
R = TypeVar("R")
# Where Stripe is and where the shop is seen decide no row.
HARMLESS = {"STRIPE_API_BASE", "SITE_URL"}
# What a process keeps by the moment a row was saved, which is the same in all tests where it is laid.
KEPT_BY_MOMENT = (tags_of, rendering._rendered)  # noqa: SLF001


def _commits(item: pytest.Item) -> bool:
    """Whether other threads and processes see what the test writes."""
    mark = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(mark and mark.kwargs) or not fixtures.isdisjoint(
        {"transactional_db", "live_server"}
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if WORLD.hear not in connection.execute_wrappers:
        connection.execute_wrappers.append(WORLD.hear)
    for kept in KEPT_BY_MOMENT:
        kept.cache_clear()
    WORLD.commits = _commits(item)
    # To testmon a test depends on the code that makes what it starts from.
    WORLD.here = None if item.config.getoption("testmon", default=False) else WORLD.first


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Once the test itself runs, what it commits may make another process write, and nobody hears."""
    if WORLD.commits:
        WORLD.here = None


def _hear_the_others(connection: Any, **_: Any) -> None:
    if threading.current_thread() is not threading.main_thread():
        connection.execute_wrappers.append(WORLD.hear_elsewhere)


def _spoiling(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, after which no step is laid."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        WORLD.spoil()
        return function(*args, **kwargs)

    return called


def _hear_of_settings(setting: str, **_: Any) -> None:
    if setting not in HARMLESS:
        WORLD.spoil()


@pytest.fixture(scope="session", autouse=True)
def a_test_that_changes_anything_is_noticed() -> Iterator[None]:
    save = WholeFileStorage._save  # noqa: SLF001

    def noted(storage: WholeFileStorage, name: str, content: Any) -> str:
        WORLD.note_file(storage.path(name))
        return save(storage, name, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WholeFileStorage, "_save", noted)
        capture = TestCase.captureOnCommitCallbacks
        patch.setattr(TestCase, "captureOnCommitCallbacks", _spoiling(capture))
        for name in ("setattr", "delattr", "setitem", "delitem", "setenv", "delenv"):
            patch.setattr(pytest.MonkeyPatch, name, _spoiling(getattr(pytest.MonkeyPatch, name)))
        setting_changed.connect(_hear_of_settings)
        connection_created.connect(_hear_the_others)
        yield
        connection_created.disconnect(_hear_the_others)
        setting_changed.disconnect(_hear_of_settings)
