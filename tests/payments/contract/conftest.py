"""The two Stripes that the contract is held against.

The emulator, unless STRIPE_SECRET_KEY in the environment is a test key of a Stripe account: then
that account, over the network. It keeps what the suite makes there; a test account is for that.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.payments.keys import mode_of
from tests.payments.contract.accounts import Account, Emulated, Real

HERE = Path(__file__).parent
KEY = os.environ.get("STRIPE_SECRET_KEY", "")
EMULATOR_KEY = "sk_test_emulator"


def is_real(key: str) -> bool:
    """Whether this key leads to Stripe's test mode; raises `UsageError` for a live key."""
    if mode_of(key) == "live":
        raise pytest.UsageError("The contract suite never runs with a live key.")
    return mode_of(key) == "test" and key != EMULATOR_KEY


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not is_real(KEY):
        return
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture
def account() -> Iterator[Account]:
    with Real(KEY) if is_real(KEY) else Emulated() as found:
        yield found
