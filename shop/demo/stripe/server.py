"""Runs the emulator: `Emulator` for tests, also used by the command line."""

import socket
import threading
from types import TracebackType
from typing import Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from shop.demo.stripe import deadlines, webhooks
from shop.demo.stripe.api import Api, OnReply, RecordedRequest
from shop.demo.stripe.application import Application
from shop.demo.stripe.clock import Clock
from shop.demo.stripe.control import Control
from shop.demo.stripe.faults import FaultPlan
from shop.demo.stripe.hosted import HostedPage
from shop.demo.stripe.idempotency import IdempotencyKeys
from shop.demo.stripe.store import Store

# Card numbers arrive here in clear: no network may reach it.
HOST = "127.0.0.1"
TEST_KEY = "sk_test_emulator"
TEST_KEYS = ("sk_test_", "rk_test_")
TEST_SIGNING_KEY = "whsec_emulator"


class PortBusy(OSError):
    """Another program listens on the port."""


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Emulator:
    """Stopping keeps the state and the port, so that `stop` and `start` make an outage."""

    def __init__(
        self,
        *,
        port: int = 0,
        webhook_url: str | None = None,
        webhook_secret: str = TEST_SIGNING_KEY,
        api_key: str = TEST_KEY,
        retry_delays: tuple[float, ...] = webhooks.RETRY_DELAYS,
    ) -> None:
        if not api_key.startswith(TEST_KEYS):
            raise ValueError("The API key must start with sk_test_ or rk_test_.")
        self.faults = FaultPlan()
        self.courier = webhooks.Courier(
            url=webhook_url, secret=webhook_secret, retry_delays=retry_delays
        )
        self.store = Store(Clock(), self.courier.send)
        self.store.webhook_url = lambda: self.courier.url
        keys = IdempotencyKeys(self.store.clock)
        self._api = Api(self.store, keys, self.faults, api_key=api_key)
        control = Control(self._api, self.store, self.courier, self.faults)
        self._application = Application(
            {"/v1/": self._api, "/c/": HostedPage(self.store), "/_emulator/": control}
        )
        self._port = port
        self._server: BaseWSGIServer | None = None

    @property
    def base_url(self) -> str:
        return self.store.origin

    @property
    def requests(self) -> list[RecordedRequest]:
        return self._api.requests

    @property
    def webhook_url(self) -> str | None:
        return self.courier.url

    @webhook_url.setter
    def webhook_url(self, url: str | None) -> None:
        self.courier.url = url

    def watch_replies(self, watch: OnReply) -> None:
        """`watch` is given the method, the path and the reply of every call that gets one."""
        self._api.on_reply = watch

    def start(self) -> Self:
        """Raises `PortBusy`."""
        self._server = self._listen()
        self._port = self._server.port
        self.store.origin = f"http://{HOST}:{self._port}"
        self._timekeeper = deadlines.Timekeeper(self.store)
        self._listener = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="stripe-emulator", daemon=True
        )
        self._listener.start()
        self._timekeeper.start()
        self.courier.start()
        return self

    def stop(self) -> None:
        if self._server is None:
            return
        self._server.shutdown()
        self._listener.join()
        self._timekeeper.stop()
        self.courier.stop()
        self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def advance_clock(self, seconds: int) -> None:
        deadlines.advance_clock(self.store, seconds)

    def resend(self, event_id: str, *, signed_at: int | None = None) -> None:
        webhooks.resend(self.courier, self.store, event_id, signed_at=signed_at)

    def _listen(self) -> BaseWSGIServer:
        try:
            listener = socket.create_server((HOST, self._port))
        except OSError as error:
            raise PortBusy(
                f"Cannot listen on {HOST} port {self._port}: {error.strerror}."
            ) from error
        with listener:
            return make_server(
                HOST,
                self._port,
                self._application,
                threaded=True,
                request_handler=QuietHandler,
                fd=listener.fileno(),
            )
