"""Answers `/v1`: authentication, parameters, idempotency keys, faults and records."""

import hmac
import json
import socket
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, NoReturn

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from shop.demo.stripe import deadlines, errors, forms, objects
from shop.demo.stripe.endpoints import URLS, Endpoint
from shop.demo.stripe.errors import Refusal
from shop.demo.stripe.expansion import expanded
from shop.demo.stripe.faults import FaultPlan
from shop.demo.stripe.idempotency import IdempotencyKeys
from shop.demo.stripe.replies import Document, Outcome, Reply
from shop.demo.stripe.store import Store

OnReply = Callable[[str, str, Reply], None]


def _nobody_looks(method: str, path: str, reply: Reply) -> None:
    """What is told of every reply until a test wants to know."""


@dataclass(frozen=True)
class RecordedRequest:
    """What a client sent; the API key is left out of `headers`."""

    id: str
    method: str
    path: str
    params: dict[str, Any]
    headers: dict[str, str]
    idempotency_key: str | None

    @property
    def fingerprint(self) -> Hashable:
        return self.method, self.path, repr(self.params)


@dataclass(frozen=True)
class _Call:
    request: RecordedRequest
    endpoint: Endpoint
    path_values: dict[str, str]


class Api:
    def __init__(
        self, store: Store, keys: IdempotencyKeys, faults: FaultPlan, *, api_key: str
    ) -> None:
        self.requests: list[RecordedRequest] = []
        self.on_reply: OnReply = _nobody_looks
        self._records_lock = threading.Lock()
        self._store = store
        self._keys = keys
        self._faults = faults
        self._api_key = api_key

    def answer(self, request: Request) -> Response:
        request_id = objects.identifier("req_", 14)
        try:
            outcome = self._outcome(request, request_id)
        except Refusal as refusal:
            outcome = Outcome(sent=refusal.reply(), kept=None)
        if outcome.sent is None:
            _drop_connection(request)
        self.on_reply(request.method, request.path, outcome.sent)
        return _response(request, request_id, outcome.sent)

    def _outcome(self, request: Request, request_id: str) -> Outcome:
        recorded = self._record(request, request_id)
        self._check_key(request)
        call = _routed(recorded)
        if recorded.method != "POST" or recorded.idempotency_key is None:
            return self._perform(call)
        return self._perform_once(call, recorded.idempotency_key)

    def _record(self, request: Request, request_id: str) -> RecordedRequest:
        recorded = _read(request, request_id)
        with self._records_lock:
            self.requests.append(recorded)
        return recorded

    def _check_key(self, request: Request) -> None:
        sent = request.authorization
        if sent is None:
            raise errors.no_key()
        key = (sent.username if sent.type == "basic" else sent.token) or ""
        if not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise errors.wrong_key()

    def _perform_once(self, call: _Call, key: str) -> Outcome:
        kept = self._keys.claim(key, call.request.fingerprint)
        if kept is not None:
            headers = {**kept.headers, "Idempotent-Replayed": "true"}
            return Outcome(sent=Reply(kept.status, kept.document, headers), kept=None)
        to_keep: Reply | None = None
        try:
            outcome = self._perform(call)
            to_keep = _originating(outcome.kept, call.request)
        finally:
            self._keys.settle(key, to_keep)
        return outcome

    def _perform(self, call: _Call) -> Outcome:
        # What a key may do is asked before what it asks for is read.
        fault = self._faults.take(call.request.path, "before")
        if fault:
            return fault.outcome(None)
        params = call.endpoint.parameters.read(call.request.params, "")
        reply = self._execute(call, params)
        fault = self._faults.take(call.request.path, "after")
        return fault.outcome(reply) if fault else Outcome(sent=reply, kept=reply)

    def _execute(self, call: _Call, params: Document) -> Reply:
        with self._store.lock:
            deadlines.settle(self._store)
            try:
                document = call.endpoint.execute(self._store, params, **call.path_values)
                return Reply(200, expanded(self._store, document, params["expand"]))
            except Refusal as refusal:
                return refusal.reply()


def _read(request: Request, request_id: str) -> RecordedRequest:
    sent = request.form if request.method == "POST" else request.args
    return RecordedRequest(
        id=request_id,
        method=request.method,
        path=request.path,
        params=forms.parse(sent.items(multi=True)),
        headers={name: value for name, value in request.headers if name != "Authorization"},
        idempotency_key=request.headers.get("Idempotency-Key"),
    )


def _routed(recorded: RecordedRequest) -> _Call:
    try:
        endpoint, values = URLS.bind("").match(recorded.path, method=recorded.method)
    except (NotFound, MethodNotAllowed):
        raise errors.unknown_url(recorded.method, recorded.path) from None
    return _Call(recorded, endpoint, dict(values))


def _originating(reply: Reply | None, recorded: RecordedRequest) -> Reply | None:
    if reply is None:
        return None
    return Reply(reply.status, reply.document, {"Original-Request": recorded.id})


def _response(request: Request, request_id: str, reply: Reply) -> Response:
    response = Response(
        json.dumps(reply.document), status=reply.status, mimetype="application/json"
    )
    response.headers.update({"Request-Id": request_id, **reply.headers})
    response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", objects.API_VERSION)
    if "Idempotency-Key" in request.headers:
        response.headers["Idempotency-Key"] = request.headers["Idempotency-Key"]
    return response


def _drop_connection(request: Request) -> NoReturn:
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    # Werkzeug's server lets this one pass in silence.
    raise ConnectionAbortedError
