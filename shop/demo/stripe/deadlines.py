"""What the clock ends by itself: open sessions, uncaptured authorisations, slow refunds."""

import threading

from shop.demo.stripe import intents, refunds, sessions
from shop.demo.stripe.replies import Document
from shop.demo.stripe.store import Store

INTERVAL_SECONDS = 1.0


def settle(store: Store) -> None:
    with store.lock:
        now = store.clock.now()
        for session in store.all("checkout.session"):
            if session["status"] == "open" and now >= session["expires_at"]:
                sessions.expire(store, session)
        for intent in store.all("payment_intent"):
            if intent["status"] == "requires_capture" and now >= _capture_before(store, intent):
                intents.cancel(store, intent, reason="automatic")
        for refund_id, due in list(store.refund_ends.items()):
            if now >= due:
                refunds.finish(store, store.get("refund", refund_id))


def advance_clock(store: Store, seconds: int) -> None:
    with store.lock:
        store.clock.advance(seconds)
        settle(store)


def _capture_before(store: Store, intent: Document) -> int:
    charge = store.get("charge", intent["latest_charge"])
    return int(charge["payment_method_details"]["card"]["capture_before"])


class Timekeeper(threading.Thread):
    """Lets deadlines pass while nobody calls."""

    def __init__(self, store: Store) -> None:
        super().__init__(name="stripe-emulator-timekeeper", daemon=True)
        self._store = store
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(INTERVAL_SECONDS):
            settle(self._store)

    def stop(self) -> None:
        self._stopped.set()
        self.join()
