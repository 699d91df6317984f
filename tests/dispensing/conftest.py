"""A paid order of two packs, and those who dispense and check it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.jurisdictions import loading
from shop.prescriptions.models import Prescription
from tests.conftest import make_pharmacist, pack_of
from tests.standing.paid import place


@pytest.fixture
def order(approved: Prescription, medicine: Product, staff: User) -> Order:
    return place(approved.user, pack_of(medicine, 10, 60))


@pytest.fixture
def colleague(db: None) -> User:
    """Another pharmacist."""
    return make_pharmacist("colleague@example.com", number="54321")


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Changes values of the profile that is in force."""

    def change(**values: Any) -> None:
        now = loading.current()
        own = {name: replace(getattr(now, name), value=value) for name, value in values.items()}
        monkeypatch.setattr(loading, "current", lambda: replace(now, **own))

    return change
