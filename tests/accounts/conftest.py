"""Limits that start anew, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command

from tests.accounts.signing_in import NOON


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
