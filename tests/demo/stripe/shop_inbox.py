"""Stands for the shop's webhook address in the emulator's tests."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.demo.stripe import stripe_document
from tests.demo.stripe.sdk import Webhook

SECRET = "whsec_test_inbox"


class ShopInbox:
    """Answers 200, or what `answers` says first; keeps only correctly signed events."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.moments: list[float] = []
        self.open = threading.Event()
        self.open.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def events(self) -> list[Any]:
        return [
            Webhook.construct_event(body, signature, SECRET)
            for body, signature in zip(self.bodies, self.signatures, strict=True)
        ]

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def receive(self, body: bytes, signature: str) -> int:
        self.open.wait(100)
        self.bodies.append(body)
        self.signatures.append(signature)
        self.moments.append(time.monotonic())
        return self.answers.pop(0) if self.answers else 200

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def check_against_stripe(self) -> None:
        for event in self.events:
            stripe_document.check_event(event.to_dict())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(inbox.receive(body, self.headers["Stripe-Signature"]))
                self.send_header("Location", inbox.url)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler
