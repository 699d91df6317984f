"""The control calls under `/_emulator`, as JSON, for tests in other processes."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from shop.payments.emulator.errors import Refusal
from shop.payments.emulator.faults import Fault
from shop.payments.emulator.replies import Document

if TYPE_CHECKING:
    from shop.payments.emulator.server import Emulator


class Control:
    def __init__(self, emulator: "Emulator") -> None:
        self._emulator = emulator

    def answer(self, request: Request) -> Response:
        """The names in the path and in the JSON body are the arguments of the action."""
        action, values = URLS.bind("").match(request.path, method=request.method)
        body = _body(request) if request.method == "POST" else {}
        try:
            document = action(self, **values, **body)
        except (KeyError, TypeError, ValueError, Refusal) as problem:
            raise BadRequest(f"{type(problem).__name__}: {problem}") from problem
        return Response(json.dumps(document), mimetype="application/json")

    def list_requests(self) -> Document:
        return {"requests": [asdict(recorded) for recorded in list(self._emulator.requests)]}

    def forget_requests(self) -> Document:
        self._emulator.requests.clear()
        return self.list_requests()

    def add_fault(self, **fault: Any) -> Document:
        self._emulator.faults.add(Fault(**fault))
        return fault

    def clear_faults(self) -> Document:
        self._emulator.faults.clear()
        return {}

    def read_clock(self) -> Document:
        return {"now": self._emulator.store.clock.now()}

    def advance_clock(self, seconds: int) -> Document:
        self._emulator.advance_clock(seconds)
        return self.read_clock()

    def show_webhooks(self) -> Document:
        courier = self._emulator.courier
        return {
            "url": courier.url,
            "paused": courier.paused,
            "held": [{"id": event_id, "type": kind} for event_id, kind in courier.held()],
            "deliveries": [asdict(delivery) for delivery in list(courier.deliveries)],
        }

    def set_webhook_url(self, url: str | None) -> Document:
        self._emulator.webhook_url = url
        return self.show_webhooks()

    def pause_webhooks(self) -> Document:
        self._emulator.courier.pause()
        return self.show_webhooks()

    def release_webhooks(self, events: list[str]) -> Document:
        self._emulator.courier.release(events)
        return self.show_webhooks()

    def resume_webhooks(self) -> Document:
        self._emulator.courier.resume()
        return self.show_webhooks()

    def resend_event(self, event_id: str, signed_at: int | None = None) -> Document:
        self._emulator.resend(event_id, signed_at=signed_at)
        return self.show_webhooks()


def _body(request: Request) -> dict[str, Any]:
    # Refuses other media types: a page of another site can make a browser post a form here.
    body = request.get_json()
    if not isinstance(body, dict):
        raise BadRequest("Send a JSON object.")
    return body


def _rule(method: str, path: str, action: Callable[..., Document]) -> Rule:
    return Rule(f"/_emulator{path}", methods=[method], endpoint=action)


URLS = Map(
    [
        _rule("GET", "/requests", Control.list_requests),
        _rule("DELETE", "/requests", Control.forget_requests),
        _rule("POST", "/faults", Control.add_fault),
        _rule("DELETE", "/faults", Control.clear_faults),
        _rule("GET", "/clock", Control.read_clock),
        _rule("POST", "/clock", Control.advance_clock),
        _rule("GET", "/webhooks", Control.show_webhooks),
        _rule("POST", "/webhooks", Control.set_webhook_url),
        _rule("POST", "/webhooks/pause", Control.pause_webhooks),
        _rule("POST", "/webhooks/release", Control.release_webhooks),
        _rule("POST", "/webhooks/resume", Control.resume_webhooks),
        _rule("POST", "/events/<event_id>/resend", Control.resend_event),
    ]
)
