"""Every object the emulator knows, behind one lock, and the events they caused."""

import threading
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING

from shop.demo.stripe import errors, objects
from shop.demo.stripe.clock import Clock
from shop.demo.stripe.replies import Document

if TYPE_CHECKING:
    from shop.demo.stripe.cards import Card


class Store:
    """Hold `lock` around every use; it may be taken again by the thread that holds it."""

    def __init__(self, clock: Clock, on_event: Callable[[Document], None]) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.origin = ""
        self.session_params: dict[str, Document] = {}
        self.challenged_cards: dict[str, Card] = {}
        self.charged_cards: dict[str, Card] = {}
        # When a refund by a card that takes its time ends.
        self.refund_ends: dict[str, int] = {}
        # The account and its endpoint, and what a test lets be otherwise about them.
        self.webhook_url: Callable[[], str | None] = lambda: None
        self.endpoint_facts: Document = {}
        self.account_facts: Document = {}
        self._on_event = on_event
        self.objects: dict[str, Document] = {}

    def add(self, document: Document) -> Document:
        self.objects[document["id"]] = document
        return document

    def get(self, kind: str, identifier: str, *, param: str = "id") -> Document:
        document = self.objects.get(identifier)
        if document is None or document["object"] != kind:
            raise errors.no_such(kind, identifier, param=param)
        return document

    def all(self, kind: str) -> list[Document]:
        """Oldest first."""
        with self.lock:
            return [each for each in self.objects.values() if each["object"] == kind]

    def emit(self, event_type: str, document: Document) -> None:
        """The event carries the object as it is now."""
        event = objects.event(event_type, deepcopy(document), created=self.clock.now())
        self._on_event(self.add(event))
