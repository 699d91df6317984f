"""The prescribers whom this pharmacy has read on prescriptions that it approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shop.prescriptions.statuses import STANDS_FOR_PAID
from shop.review.models import Worksheet
from shop.spelling import spellings, words

# Of so many newest prescriptions; each has to be opened to be read.
MOST_READ = 300


@dataclass(frozen=True)
class Prescriber:
    """As last transcribed."""

    prescriber: str
    prescriber_kind: str
    prescriber_number: str
    prescriber_address: str

    def is_called(self, typed: list[str]) -> bool:
        """Whether each typed word begins a word of the name."""
        own = {each for word in words(self.prescriber) for each in spellings(word)}
        return all(any(each.startswith(tuple(spellings(word))) for each in own) for word in typed)


DETAILS = ("prescriber_kind", "prescriber_number", "prescriber_address")


def on_record() -> list[Prescriber]:
    """Each once, the last read first; without a number nobody is known again."""
    sheets = Worksheet.objects.filter(prescription__status__in=STANDS_FOR_PAID)
    newest = [sheet.typed for sheet in sheets.order_by("-saved_at")[:MOST_READ]]
    names = ("prescriber", *DETAILS)
    read = (Prescriber(**{name: str(typed.get(name, "")) for name in names}) for typed in newest)
    known = {(each.prescriber, each.prescriber_number): each for each in reversed(list(read))}
    return [each for each in known.values() if each.prescriber and each.prescriber_number]


def completed(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with the details of the one prescriber whom the typed beginning of a name can mean.

    Whoever reads the sheet then compares them with the paper; what was typed is never replaced.
    """
    begun = words(str(typed.get("prescriber", "")))
    if not begun or any(typed.get(name) for name in DETAILS):
        return dict(typed)
    meant = [each for each in on_record() if each.is_called(begun)]
    return {**typed, **vars(meant[0])} if len(meant) == 1 else dict(typed)
