"""An emulator per test, the SDK pointed at it, and a shop that receives its webhooks."""

from collections.abc import Iterator

import pytest

from shop.demo.stripe.server import Emulator
from tests.demo.stripe.sdk import StripeClient, client_for
from tests.demo.stripe.shop_inbox import SECRET, ShopInbox
from tests.demo.stripe.visitor import Visitor


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(webhook_secret=SECRET, retry_delays=(0.01, 0.02, 0.04)) as running:
        yield running


@pytest.fixture
def client(emulator: Emulator) -> StripeClient:
    return client_for(emulator.base_url)


@pytest.fixture
def inbox(emulator: Emulator) -> Iterator[ShopInbox]:
    with ShopInbox() as shop:
        emulator.webhook_url = shop.url
        yield shop
        emulator.courier.wait_until_idle()
        shop.check_against_stripe()


@pytest.fixture
def visitor(emulator: Emulator) -> Iterator[Visitor]:
    with Visitor(emulator.base_url) as someone:
        yield someone
