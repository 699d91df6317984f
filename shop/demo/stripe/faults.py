"""Failures a test asks for: error replies, dropped connections and slow answers."""

import threading
import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from shop.demo.stripe import errors
from shop.demo.stripe.replies import Outcome, Reply

KEPT_STATUS = 500
Moment = Literal["before", "after"]


@dataclass
class Fault:
    """What happens to the next `times` calls of a path, which may hold `*`.

    `status` is the error replied; without one the connection drops. A 500 is kept under the
    call's idempotency key as Stripe keeps its own; any other status comes from in front of
    the API and is not. `delay` is in real seconds.
    """

    path: str
    when: Moment = "before"
    status: int | None = None
    times: int = 1
    delay: float = 0.0

    def __post_init__(self) -> None:
        if self.when not in ("before", "after") or self.times < 1 or self.delay < 0:
            raise ValueError("A fault is before or after, at least once, not earlier than now.")
        if self.status is not None and self.status // 100 not in (4, 5):
            raise ValueError("A fault's status is an error status.")

    def outcome(self, executed: Reply | None) -> Outcome:
        """`executed` is the true reply, None when the call was not executed."""
        time.sleep(self.delay)
        if self.status is None:
            return Outcome(sent=None, kept=executed)
        reply = errors.injected(self.status).reply()
        return Outcome(sent=reply, kept=reply if self.status == KEPT_STATUS else executed)


class FaultPlan:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, path: str, when: Moment) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.when == when and fnmatchcase(path, fault.path):
                    self._use_up(fault)
                    return fault
        return None

    def _use_up(self, fault: Fault) -> None:
        fault.times -= 1
        if fault.times == 0:
            self._faults.remove(fault)
