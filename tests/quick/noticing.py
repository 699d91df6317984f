"""Notices what a test does besides taking the steps of `worlds`, after which they run as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pytest
from django.core.signals import setting_changed
from django.db import connection
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


def _is_kept(item: pytest.Item) -> bool:
    """Whether all that the test writes is taken back at its end: else more happens at each commit.

    And whether nobody writes down which code a test runs, as testmon does.
    """
    if item.config.getoption("testmon", default=False):
        return False
    mark = item.get_closest_marker("django_db")
    fixtures = getattr(item, "fixturenames", ())
    return not (mark and mark.kwargs) and not {"transactional_db", "live_server"} & set(fixtures)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if WORLD.hear not in connection.execute_wrappers:
        connection.execute_wrappers.append(WORLD.hear)
    for kept in KEPT_BY_MOMENT:
        kept.cache_clear()
    WORLD.here = WORLD.first if _is_kept(item) else None


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
        yield
        setting_changed.disconnect(_hear_of_settings)
