"""Delivers events to the shop: in order, signed, retried; held back on demand."""

import heapq
import json
import threading
import time
import urllib.error
import urllib.request as http
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException

from shop.demo.stripe import signatures
from shop.demo.stripe.disturbance import Disturbance
from shop.demo.stripe.replies import Document
from shop.demo.stripe.store import Store

RETRY_DELAYS = (1.0, 3.0, 10.0, 30.0, 60.0)
TIMEOUT_SECONDS = 10
# Redirects count as failures, as with Stripe, and no proxy of the environment is used.
OPENER = http.OpenerDirector()
for part in (
    http.HTTPHandler(),
    http.HTTPSHandler(),
    http.HTTPDefaultErrorHandler(),
    http.HTTPErrorProcessor(),
):
    OPENER.add_handler(part)


@dataclass(frozen=True)
class Delivery:
    """One attempt; `status` is None when the shop could not be reached."""

    event_id: str
    event_type: str
    attempt: int
    status: int | None

    @property
    def accepted(self) -> bool:
        return (
            self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
        )


@dataclass(eq=False)
class _Parcel:
    event_id: str
    event_type: str
    body: bytes
    signed_at: int | None
    attempt: int = 1
    due: float = 0.0
    turn: int = 0

    def __lt__(self, other: "_Parcel") -> bool:
        return (self.due, self.turn) < (other.due, other.turn)


class Courier:
    """Owns the worker thread; no method waits for the shop except `wait_until_idle`."""

    def __init__(
        self, *, url: str | None, secret: str, retry_delays: tuple[float, ...] = RETRY_DELAYS
    ) -> None:
        self.url = url
        self.disturbance: Disturbance | None = None
        self.deliveries: list[Delivery] = []
        self._secret = secret
        self._retry_delays = retry_delays
        self._changed = threading.Condition()
        self._queue: list[_Parcel] = []
        self._held: list[_Parcel] = []
        self._turn = 0
        self._paused = False
        self._carrying = False
        self._stopped = True
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str | None:
        return self._url

    @url.setter
    def url(self, url: str | None) -> None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} is not a web address.")
        self._url = url

    def start(self) -> None:
        self._stopped = False
        self._thread = threading.Thread(
            target=self._work, name="stripe-emulator-webhooks", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def send(self, event: Document, *, signed_at: int | None = None) -> None:
        """`signed_at` replaces the true time in the signature."""
        if self.url is None:
            return
        body = json.dumps(event, indent=2).encode()
        with self._changed:
            for delay in self.disturbance.delays() if self.disturbance else [0.0]:
                parcel = _Parcel(event["id"], event["type"], body, signed_at)
                self._put(parcel, due=time.monotonic() + delay if delay else 0)

    def pause(self) -> None:
        with self._changed:
            self._paused = True
            self._held += sorted(self._queue)
            self._queue.clear()

    def held(self) -> list[tuple[str, str]]:
        """Id and type of each event held back, oldest first."""
        with self._changed:
            return [(parcel.event_id, parcel.event_type) for parcel in self._held]

    def release(self, event_ids: Iterable[str]) -> None:
        """Delivers these in this order; raises `KeyError` for one that is not held."""
        with self._changed:
            for event_id in event_ids:
                self._enqueue(self._take_held(event_id), due=0)

    def resume(self) -> None:
        with self._changed:
            self._paused = False
            for parcel in self._held:
                self._enqueue(parcel, due=0)
            self._held.clear()

    @property
    def paused(self) -> bool:
        return self._paused

    def wait_until_idle(self, timeout: float = 100.0) -> None:
        """Returns when nothing is queued or on its way; what is held does not count."""
        with self._changed:
            if not self._changed.wait_for(self._is_idle, timeout):
                raise TimeoutError("Webhooks were still under way.")

    def _is_idle(self) -> bool:
        return not self._queue and not self._carrying

    def _put(self, parcel: _Parcel, *, due: float) -> None:
        if self._paused:
            self._held.append(parcel)
        else:
            self._enqueue(parcel, due=due)

    def _enqueue(self, parcel: _Parcel, *, due: float) -> None:
        self._turn += 1
        parcel.due, parcel.turn = due, self._turn
        heapq.heappush(self._queue, parcel)
        self._changed.notify_all()

    def _take_held(self, event_id: str) -> _Parcel:
        for parcel in self._held:
            if parcel.event_id == event_id:
                self._held.remove(parcel)
                return parcel
        raise KeyError(event_id)

    def _work(self) -> None:
        while (parcel := self._next()) is not None:
            self._finish(parcel, self._deliver(parcel))

    def _next(self) -> _Parcel | None:
        with self._changed:
            while not self._stopped:
                wait = self._queue[0].due - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    self._carrying = True
                    return heapq.heappop(self._queue)
                self._changed.wait(wait)
        return None

    def _deliver(self, parcel: _Parcel) -> Delivery:
        signed_at = int(time.time()) if parcel.signed_at is None else parcel.signed_at
        signature = signatures.header(parcel.body, secret=self._secret, signed_at=signed_at)
        status = _post(self.url, parcel.body, signature)
        return Delivery(parcel.event_id, parcel.event_type, parcel.attempt, status)

    def _finish(self, parcel: _Parcel, delivery: Delivery) -> None:
        with self._changed:
            self._carrying = False
            self.deliveries.append(delivery)
            if not delivery.accepted and parcel.attempt <= len(self._retry_delays):
                delay = self._retry_delays[parcel.attempt - 1]
                parcel.attempt += 1
                self._put(parcel, due=time.monotonic() + delay)
            self._changed.notify_all()


def _post(url: str | None, body: bytes, signature: str) -> int | None:
    if url is None:
        return None
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature,
        "User-Agent": "Stripe/1.0 (emulator)",
    }
    # The setter of the address allows http and https only.
    request = http.Request(url, data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except (OSError, HTTPException):
        return None


def resend(courier: Courier, store: Store, event_id: str, *, signed_at: int | None = None) -> None:
    """Deliver an event once more; `signed_at` makes a stale or future signature."""
    with store.lock:
        courier.send(store.get("event", event_id), signed_at=signed_at)
