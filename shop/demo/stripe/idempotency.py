"""Replies kept for repeated requests, for 24 hours of the emulator's clock."""

import threading
from collections.abc import Hashable
from dataclasses import dataclass

from shop.demo.stripe import errors
from shop.demo.stripe.clock import Clock
from shop.demo.stripe.replies import Reply

KEPT_SECONDS = 24 * 3600


@dataclass
class _Use:
    fingerprint: Hashable
    begun: int
    reply: Reply | None = None


class IdempotencyKeys:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._uses: dict[str, _Use] = {}

    def claim(self, key: str, fingerprint: Hashable) -> Reply | None:
        """The kept reply, or None when this request must be executed and then settled."""
        with self._lock:
            self._forget_old(key)
            use = self._uses.get(key)
            if use is None:
                self._uses[key] = _Use(fingerprint, self._clock.now())
                return None
            if use.fingerprint != fingerprint:
                raise errors.key_used_differently(key)
            if use.reply is None:
                raise errors.key_in_use(key)
            return use.reply

    def settle(self, key: str, reply: Reply | None) -> None:
        """Keeps the reply; without one the key is free again."""
        with self._lock:
            if reply is None:
                del self._uses[key]
            else:
                self._uses[key].reply = reply

    def _forget_old(self, key: str) -> None:
        use = self._uses.get(key)
        if use and use.reply and self._clock.now() >= use.begun + KEPT_SECONDS:
            del self._uses[key]
