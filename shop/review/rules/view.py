"""One medicine's part of a case, as the facts look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shop.review import directions
from shop.review.rules.case import Case, LastSupply

if TYPE_CHECKING:
    from shop.review.rules.screening import Screening
    from shop.review.transcription import Item

# How an answer says that there is no such thing.
NOT_THERE = frozenset({"no", "never"})
# The codes of a choice, a number, or None for what is not known.
Value = frozenset[str] | Fraction | None


def exact(value: Any) -> Fraction | None:
    """A number as it was answered; None where there is none, or the question was not for this patient."""
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        return None
    return Fraction(str(value))


@dataclass(frozen=True)
class View:
    """One medicine's part of a case."""

    case: Case
    screening: Screening

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """What is prescribed of it."""
        return tuple(each for each in self.case.items if each.medicine == self.screening.medicine)

    @cached_property
    def products(self) -> frozenset[int]:
        """Its products, prescribed or ordered."""
        every = self.case.transcription.items
        return frozenset(
            each.medicine_id for each in every if each.medicine == self.screening.medicine
        )

    @cached_property
    def last(self) -> LastSupply | None:
        """What the patient was last supplied of it."""
        supplies = self.case.last_supplies
        return next((supplies[each] for each in self.products if each in supplies), None)

    @cached_property
    def read(self) -> tuple[directions.Read, ...]:
        return tuple(directions.read(item.directions) for item in self.items)

    def said(self, name: str) -> Any:
        """An answer as it was given; None when it was not."""
        return self.case.said.get(name)

    def answer(self, name: str) -> Value:
        """An answer, beside it what the patient's own words say; None when neither does.

        What they only leave in doubt says nothing more than an answer that names it.
        """
        said = self.said(name)
        if isinstance(said, int | float) and not isinstance(said, bool):
            return exact(said)
        codes = {str(said)} if said not in {None, ""} else set()
        found = {each.code for each in self.case.found if each.question == name}
        doubt = {"unsure"} if codes - NOT_THERE else set()
        return frozenset(codes | (found - doubt)) or None

    def sum(self, amounts: Iterable[Fraction | None]) -> Fraction | None:
        """The sum over all that is prescribed; None when a part is not known, or nothing is."""
        total = Fraction(0)
        for amount in amounts:
            if amount is None:
                return None
            total += amount
        return total if self.items else None

    def per_kg(self, dose: Fraction | None) -> Fraction | None:
        weight = exact(self.said("weight_kg"))
        return dose / weight if dose is not None and weight else None

    def hits(self) -> Iterator[dict[str, Any]]:
        """What the checker found beside this medicine."""
        for result in self.case.interactions:
            if result["medicine"] == self.screening.medicine:
                yield from (*result["hits"], *result["combinations"])
