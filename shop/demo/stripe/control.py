"""The control calls under `/_emulator`, as JSON, for tests in other processes."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from werkzeug.exceptions import BadRequest
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from shop.demo.stripe import deadlines, disputes, refunds, webhooks
from shop.demo.stripe.api import Api
from shop.demo.stripe.disturbance import Disturbance
from shop.demo.stripe.errors import Refusal
from shop.demo.stripe.faults import Fault, FaultPlan
from shop.demo.stripe.replies import Document
from shop.demo.stripe.store import Store
from shop.demo.stripe.webhooks import Courier


class Control:
    def __init__(self, api: Api, store: Store, courier: Courier, faults: FaultPlan) -> None:
        self._api = api
        self._store = store
        self._courier = courier
        self._faults = faults

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
        return {"requests": [asdict(recorded) for recorded in list(self._api.requests)]}

    def forget_requests(self) -> Document:
        self._api.requests.clear()
        return self.list_requests()

    def add_fault(self, **fault: Any) -> Document:
        self._faults.add(Fault(**fault))
        return fault

    def clear_faults(self) -> Document:
        self._faults.clear()
        return {}

    def read_clock(self) -> Document:
        return {"now": self._store.clock.now()}

    def advance_clock(self, seconds: int) -> Document:
        deadlines.advance_clock(self._store, seconds)
        return self.read_clock()

    def show_webhooks(self) -> Document:
        courier = self._courier
        return {
            "url": courier.url,
            "paused": courier.paused,
            "held": [{"id": event_id, "type": kind} for event_id, kind in courier.held()],
            "deliveries": [asdict(delivery) for delivery in list(courier.deliveries)],
        }

    def set_webhook_url(self, url: str | None) -> Document:
        self._courier.url = url
        return self.show_webhooks()

    def pause_webhooks(self) -> Document:
        self._courier.pause()
        return self.show_webhooks()

    def release_webhooks(self, events: list[str]) -> Document:
        self._courier.release(events)
        return self.show_webhooks()

    def resume_webhooks(self) -> Document:
        self._courier.resume()
        return self.show_webhooks()

    def disturb_webhooks(self, **disturbance: Any) -> Document:
        self._courier.disturbance = Disturbance(**disturbance)
        return disturbance

    def calm_webhooks(self) -> Document:
        self._courier.disturbance = None
        return {}

    def open_dispute(
        self, charge: str, amount: int | None = None, reason: str = "fraudulent"
    ) -> Document:
        with self._store.lock:
            found = self._store.get("charge", charge, param="charge")
            return disputes.create(self._store, found, amount=amount, reason=reason)

    def answer_dispute(self, dispute_id: str) -> Document:
        with self._store.lock:
            dispute = self._store.get("dispute", dispute_id)
            disputes.answer(self._store, dispute)
            return dispute

    def close_dispute(self, dispute_id: str, outcome: str) -> Document:
        with self._store.lock:
            dispute = self._store.get("dispute", dispute_id)
            disputes.close(self._store, dispute, outcome=outcome)
            return dispute

    def fail_refund(self, refund_id: str, reason: str = "lost_or_stolen_card") -> Document:
        with self._store.lock:
            refund = self._store.get("refund", refund_id)
            refunds.fail(self._store, refund, reason=reason)
            return refund

    def resend_event(self, event_id: str, signed_at: int | None = None) -> Document:
        webhooks.resend(self._courier, self._store, event_id, signed_at=signed_at)
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
        _rule("POST", "/webhooks/disturb", Control.disturb_webhooks),
        _rule("DELETE", "/webhooks/disturb", Control.calm_webhooks),
        _rule("POST", "/events/<event_id>/resend", Control.resend_event),
        _rule("POST", "/disputes", Control.open_dispute),
        _rule("POST", "/disputes/<dispute_id>/answer", Control.answer_dispute),
        _rule("POST", "/disputes/<dispute_id>/close", Control.close_dispute),
        _rule("POST", "/refunds/<refund_id>/fail", Control.fail_refund),
    ]
)
