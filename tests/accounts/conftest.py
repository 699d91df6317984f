"""Limits that start anew, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
def clock(settings: Any) -> Iterator[time_machine.Traveller]:
    settings.MFA_TOTP_TOLERANCE = 0
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
