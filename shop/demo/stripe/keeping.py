"""Keeps what the emulator knows in a file, so that a demonstration goes on after a restart."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from shop.demo.stripe.cards import Card
from shop.demo.stripe.store import Store

PLAIN = ("objects", "session_params", "refund_ends")
CARDS = ("challenged_cards", "charged_cards")


def load(store: Store, file: Path) -> None:
    """Let the store know what the file says; a file that is not there says nothing."""
    if not file.exists():
        return
    kept = json.loads(file.read_text())
    with store.lock:
        for name in PLAIN:
            getattr(store, name).update(kept[name])
        for name in CARDS:
            cards = {key: Card(**facts) for key, facts in kept[name].items()}
            getattr(store, name).update(cards)


def save(store: Store, file: Path) -> None:
    """Write down what the store knows; a reader finds the old file or the new one, whole."""
    with store.lock:
        known = {name: getattr(store, name) for name in PLAIN}
        for name in CARDS:
            known[name] = {key: asdict(card) for key, card in getattr(store, name).items()}
        new = file.with_suffix(".new")
        new.write_text(json.dumps(known))
        new.replace(file)
