"""Replaces the ids a caller asked to `expand` by the objects themselves."""

from copy import deepcopy

from shop.demo.stripe import errors, objects
from shop.demo.stripe.replies import Document
from shop.demo.stripe.store import Store

# Which attribute of which object holds the id of what.
REFERENCES = {
    ("checkout.session", "payment_intent"): "payment_intent",
    ("payment_intent", "latest_charge"): "charge",
    ("payment_intent", "payment_method"): "payment_method",
    ("charge", "payment_intent"): "payment_intent",
    ("refund", "charge"): "charge",
    ("refund", "payment_intent"): "payment_intent",
    ("dispute", "charge"): "charge",
    ("dispute", "payment_intent"): "payment_intent",
}


def expanded(store: Store, document: Document, paths: list[str]) -> Document:
    """A copy, so that a reply never changes after it was made."""
    copy = deepcopy(document)
    for path in paths:
        _expand(store, copy, path.split("."), path)
    return copy


def _expand(store: Store, document: Document, steps: list[str], path: str) -> None:
    step, *rest = steps
    if (document["object"], step) == ("list", "data"):
        for each in document["data"]:
            _expand(store, each, rest, path)
        return
    if (document["object"], step) == ("checkout.session", "line_items"):
        document["line_items"] = _line_items(store, document)
        return
    child = _referenced(store, document, step, path)
    if child is not None and rest:
        _expand(store, child, rest, path)


def _referenced(store: Store, document: Document, step: str, path: str) -> Document | None:
    if (document["object"], step) not in REFERENCES:
        raise errors.Refusal(400, f"This property cannot be expanded ({path}).")
    if isinstance(document[step], str):
        kind = REFERENCES[document["object"], step]
        document[step] = deepcopy(store.get(kind, document[step]))
    child: Document | None = document[step]
    return child


def _line_items(store: Store, session: Document) -> Document:
    items = store.session_params[session["id"]]["line_items"]
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return objects.page([objects.line_item(item) for item in items], url=url, has_more=False)
