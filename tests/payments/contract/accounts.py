"""One way to use the emulator and Stripe's test mode, for tests that are true of both."""

import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import pytest

from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import open_session, read_session
from tests.demo.stripe.sdk import CardError, RequestsClient, StripeClient, client_for
from tests.demo.stripe.visitor import DECLINES, Visitor

AMOUNT = 2350
# What the gateway asks for.
API_VERSION = "2026-05-27.dahlia"
PATIENCE_SECONDS = 60


class Account(ABC):
    """A Stripe account with nothing of the tests in it that a test did not make."""

    client: StripeClient

    @abstractmethod
    def authorise(self) -> Any:
        """A PaymentIntent of AMOUNT whose card is authorised and not captured."""

    @abstractmethod
    def decline(self) -> Any:
        """A PaymentIntent whose card was declined."""

    @abstractmethod
    def eventually(self, ask: Callable[[], Any]) -> Any:
        """What `ask` says, given the time the account needs to have an answer that is not empty."""

    def captured(self) -> Any:
        return self.client.v1.payment_intents.capture(self.authorise().id)

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class Emulated(Account):
    """Cards are entered on the hosted page; each request and reply is held against the document."""

    def __enter__(self) -> Self:
        self._open = ExitStack()
        emulator = self._open.enter_context(Emulator())
        self._visitor = self._open.enter_context(Visitor(emulator.base_url))
        self.client = client_for(emulator.base_url)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def authorise(self) -> Any:
        session = open_session(self.client)
        self._visitor.pay(session.url)
        return read_session(self.client, session.id).payment_intent

    def decline(self) -> Any:
        session = open_session(self.client)
        self._visitor.pay(session.url, DECLINES)
        return read_session(self.client, session.id).payment_intent

    def eventually(self, ask: Callable[[], Any]) -> Any:
        return ask()


class Real(Account):
    """Stripe's hosted page refuses programs, so cards are given by Stripe's names for them."""

    def __init__(self, key: str) -> None:
        self.client = StripeClient(
            key,
            http_client=RequestsClient(timeout=30),
            stripe_version=API_VERSION,
            max_network_retries=2,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def authorise(self) -> Any:
        return self._confirm("pm_card_visa")

    def decline(self) -> Any:
        with pytest.raises(CardError) as refused:
            self._confirm("pm_card_visa_chargeDeclined")
        error: Any = refused.value.error
        return self.client.v1.payment_intents.retrieve(error.payment_intent.id)

    def eventually(self, ask: Callable[[], Any]) -> Any:
        ends = time.monotonic() + PATIENCE_SECONDS
        while not (answer := ask()) and time.monotonic() < ends:
            pass
        return answer

    def _confirm(self, payment_method: str) -> Any:
        asked: Any = {
            "amount": AMOUNT,
            "currency": "gbp",
            "capture_method": "manual",
            "confirm": True,
            "description": "Order 100123",
            "expand": ["latest_charge"],
            "metadata": {"attempt": str(uuid.uuid4())},
            "payment_method": payment_method,
            "payment_method_types": ["card"],
        }
        return self.client.v1.payment_intents.create(asked)
