"""What Stripe's document allows of an object, and what was recorded of it, as variants of a full one.

``objects.json`` lists the fields of Stripe's document at the version that the gateway asks for;
``shapes.json`` holds recorded bodies by their keys and nulls, without a value of anybody's.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OBJECTS: dict[str, Any] = json.loads((HERE / "objects.json").read_text())["objects"]
CASES: list[dict[str, Any]] = json.loads((HERE / "shapes.json").read_text())["cases"]
UNKNOWN = "a_word_from_the_future"
A_MOMENT = 1_790_000_000
REFERENCE = "11111111-2222-4333-8444-555555555555"

Body = dict[str, Any]
Variant = tuple[str, Body]
# How a value of each kind of field begins in the list, and one that means nothing.
PLAIN: dict[str, Any] = {
    "integer (seconds": A_MOMENT,
    "integer": 100,
    "number": 1.0,
    "boolean": False,
    "array": [],
    "object of strings": {"reference": REFERENCE},
    "object": {},
}


def variants(name: str, **expanded: str) -> list[Variant]:
    """The whole object, then each with one thing that may be otherwise, then the recorded ones.

    ``expanded`` names the keys that hold a whole object, and which.
    """
    found = [("everything there", whole(name, **expanded))]
    for field in OBJECTS[name]["fields"]:
        found += _of_field(name, field, expanded)
        if OBJECTS[name]["fields"][field]["expandable"]:
            found.append((f"{field} as an id", changed(whole(name, **expanded), field, "id_1")))
    for key, other in expanded.items():
        for field in OBJECTS[other]["fields"]:
            found += _of_field(name, field, expanded, within=key)
    return [*found, *_recorded(name, expanded)]


def whole(name: str, **expanded: str) -> Body:
    """The object with every key of the list."""
    made: Body = {"object": name} if name != "error" else {}
    for field, facts in OBJECTS[name]["fields"].items():
        made = changed(made, field, _plain(field, facts))
    for key, other in expanded.items():
        made[key] = whole(other)
    return made


def changed(body: Body, path: str, value: Any) -> Body:
    """A copy that holds the value there."""
    return _edited(body, path, lambda owner, key: owner.update({key: value}))


def without(body: Body, path: str) -> Body:
    """A copy with that key left out."""
    return _edited(body, path, lambda owner, key: owner.pop(key, None))


def _edited(body: Body, path: str, edit: Callable[[Body, str], Any]) -> Body:
    made = copy.deepcopy(body)
    *above, key = path.split(".")
    owner = made
    for step in above:
        if not isinstance(owner.get(step), dict):
            owner[step] = {}
        owner = owner[step]
    edit(owner, key)
    return made


def _plain(field: str, facts: dict[str, Any]) -> Any:
    words = facts["enum"] or facts["documented_values"]
    if words and facts["type"] == "string":
        return words[0]
    for kind, value in PLAIN.items():
        if facts["type"].startswith(kind):
            return copy.deepcopy(value)
    name = field.rsplit(".", 1)[-1]
    return "usd" if name == "currency" else f"{name}_1"


def _of_field(
    name: str, field: str, expanded: dict[str, str], within: str = ""
) -> Iterator[Variant]:
    body = whole(name, **expanded)
    facts = OBJECTS[expanded[within] if within else name]["fields"][field]
    path = f"{within}.{field}" if within else field
    if not facts["required"]:
        yield f"{path} left out", without(body, path)
    if facts["nullable"]:
        yield f"{path} null", changed(body, path, None)
    words = facts["enum"] or (facts["documented_values"] if facts["type"] == "string" else [])
    if field == "object" or field.endswith(".object"):
        return
    for word in [*words, UNKNOWN] if words else []:
        yield f"{path} = {word}", changed(body, path, word)
    if facts["type"].startswith("integer (seconds"):
        yield f"{path} = 0", changed(body, path, 0)


def _recorded(name: str, expanded: dict[str, str]) -> Iterator[Variant]:
    for case in CASES:
        shape = case["shape"]
        if case["partial"]:
            continue
        if shape.get("object") == f"={name}" or (name == "error" and "error" in shape):
            yield f"recorded {case['case']}", _cut_whole(name, shape, expanded)
        for key, other in expanded.items():
            if shape.get("object") == f"={other}":
                inner = _cut(whole(other), shape)
                label = f"{key} as recorded in {case['case']}"
                yield label, {**whole(name, **expanded), key: inner}


def _cut_whole(name: str, shape: Body, expanded: dict[str, str]) -> Body:
    made = _cut(whole(name), shape)
    for key, other in expanded.items():
        if made.get(key) is not None:
            inner = shape.get(key)
            made[key] = _cut(whole(other), inner) if isinstance(inner, dict) else whole(other)
    return made


def _cut(body: Body, shape: Body) -> Body:
    """The body with the keys and nulls of a recorded shape, and the words it was recorded with."""
    kept: Body = {}
    for key, value in body.items():
        seen = shape.get(key)
        if seen == "null":
            kept[key] = None
        elif isinstance(seen, dict) and isinstance(value, dict):
            kept[key] = _cut(value, seen) if value and seen else value
        elif isinstance(seen, str) and seen.startswith("=") and not isinstance(value, dict):
            kept[key] = {"true": True, "false": False}.get(seen[1:], seen[1:])
        elif seen is not None:
            kept[key] = value
    return kept
