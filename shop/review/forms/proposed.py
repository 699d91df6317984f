"""What is allowed follows what is prescribed, until the pharmacist writes something else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shop.review.forms.decision import AllowanceForm
from shop.review.transcription import Item

if TYPE_CHECKING:
    from shop.review.forms.sheet import Sheet

# After the name of a part of the sheet: which proposal the page showed.
SHOWN = "-proposed"
VALID_UNTIL = "valid_until"


def proposals(sheet: Sheet) -> Iterator[tuple[str, dict[str, str]]]:
    """For each strength, and for the last day: what is prescribed, by the names of the fields."""
    for read, form in sheet.strengths:
        yield str(form.prefix), _allowed(sheet, form, read.item())
    issued_on = sheet.case.transcription.issued_on
    last = sheet.case.profile.last_day_of(issued_on).isoformat() if issued_on else ""
    yield VALID_UNTIL, {VALID_UNTIL: last}


def _allowed(sheet: Sheet, form: AllowanceForm, item: Item) -> dict[str, str]:
    names = {name: form.add_prefix(name) for name in form.fields}
    if not (item.is_prescribed and item.quantity):
        return dict.fromkeys(names.values(), "")
    most = sheet.case.profile.supplies_without_number.value
    return {
        names["units_per_supply"]: str(item.quantity),
        names["supplies"]: str(item.most_supplies(without_number=most)),
        names["directions"]: item.directions,
    }


def key_of(values: Mapping[str, Any]) -> str:
    """Tells one proposal from another."""
    written = "\n".join(f"{name} {values[name]}" for name in sorted(values))
    return hashlib.sha256(written.encode()).hexdigest()[:12]


def kept(sheet: Sheet) -> dict[str, Any]:
    """What was typed, and which proposals were put in last."""
    typed, data = sheet.typed(), sheet.reading.data
    return {**typed, **{name: data[name] for name, _key in keys(sheet) if data.get(name)}}


def followed(sheet: Sheet) -> dict[str, Any]:
    """The same, with each proposal that nobody touched since replaced by today's."""
    typed = kept(sheet)
    for part, proposed in proposals(sheet):
        now = {name: str(typed.get(name, "")) for name in proposed}
        if key_of(now) == (typed.get(part + SHOWN) or key_of(dict.fromkeys(proposed, ""))):
            key = key_of(proposed) if any(proposed.values()) else ""
            typed.update({**proposed, part + SHOWN: key})
    return {name: value for name, value in typed.items() if value}


def taken_over(sheet: Sheet) -> dict[str, Any]:
    """What was typed, with all that is prescribed put in."""
    typed = kept(sheet)
    for part, proposed in proposals(sheet):
        if any(proposed.values()):
            typed.update({**proposed, part + SHOWN: key_of(proposed)})
    return typed


def keys(sheet: Sheet) -> list[tuple[str, str]]:
    """The name of each proposal, and the key of the one that was put in last."""
    data = sheet.reading.data
    return [(part + SHOWN, str(data.get(part + SHOWN, ""))) for part, _values in proposals(sheet)]


def differing(sheet: Sheet) -> set[str]:
    """The parts of the sheet in which something else is allowed than what is prescribed."""
    typed = sheet.typed()
    return {
        part
        for part, proposed in proposals(sheet)
        if any(typed.get(name) for name in proposed)
        and any(str(typed.get(name, "")) != value for name, value in proposed.items())
    }
