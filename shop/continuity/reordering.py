"""Which packs hold what may be ordered again: as much as fits, in as few packs as can be."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from oscar.templatetags.currency_filters import currency as money

from catalogue.packs import Pack, packs_of
from shop import days
from shop.continuity.repeats import next_supply_on
from shop.prescriptions.models import Authorisation, Prescription


@dataclass(frozen=True)
class Part:
    """So many of one pack."""

    pack: Pack
    count: int

    @property
    def units(self) -> int:
        return self.pack.units * self.count

    @property
    def price(self) -> Decimal:
        """For all of them, in the currency's main unit."""
        return self.pack.price * self.count

    @property
    def price_text(self) -> str:
        return str(money(self.price, self.pack.currency))


@dataclass(frozen=True)
class Plan:
    """What to order of one authorisation now; ``limit`` is the most units of one order."""

    authorisation: Authorisation
    limit: int
    parts: tuple[Part, ...]
    next_on: datetime.date | None

    @property
    def units(self) -> int:
        return sum(part.units for part in self.parts)

    @property
    def doses(self) -> str:
        """What it is of, as a plural."""
        return str(self.authorisation.medicine.form.kind.doses)

    @property
    def allowed(self) -> str:
        """The most that may be ordered now, in words."""
        return self.authorisation.medicine.form.counted(self.limit)

    @property
    def is_due(self) -> bool:
        country = self.authorisation.prescription.country
        return self.next_on is None or days.has_begun(self.next_on, country=country)

    @property
    def is_orderable(self) -> bool:
        return bool(self.parts) and self.is_due and not self.waits_for_pharmacist

    @property
    def waits_for_pharmacist(self) -> bool:
        return self.authorisation.waits_for_pharmacist


def plans_of(prescription: Prescription) -> list[Plan]:
    """What may be ordered on an approval, strength by strength; at most what is left."""
    authorisations = prescription.authorisations.select_related("medicine").prefetch_related(
        "supply_rows"
    )
    packs = packs_of({authorisation.medicine_id for authorisation in authorisations})
    by_strength = sorted(authorisations, key=lambda authorisation: authorisation.strength.rank)
    return [_plan(authorisation, packs) for authorisation in by_strength]


def _plan(authorisation: Authorisation, packs: list[Pack]) -> Plan:
    limit = min(authorisation.units_per_supply, authorisation.units_left)
    fitting = [
        pack
        for pack in packs
        if (pack.parent_id, pack.strength) == (authorisation.medicine_id, authorisation.strength)
    ]
    return Plan(authorisation, limit, fewest_packs(fitting, limit), next_supply_on(authorisation))


def fewest_packs(packs: Iterable[Pack], limit: int) -> tuple[Part, ...]:
    """Packs in stock that hold the most units up to ``limit``, and of those choices the fewest."""
    best: dict[int, tuple[Part, ...]] = {0: ()}
    for pack in packs:
        for total, parts in list(best.items()):
            room = (limit - total) // pack.units
            for count in range(1, min(pack.in_stock, room, _most(parts)) + 1):
                held = total + count * pack.units
                candidate = (*parts, Part(pack, count))
                if held not in best or _packs_in(candidate) < _packs_in(best[held]):
                    best[held] = candidate
    return best[max(best)]


def _packs_in(parts: Iterable[Part]) -> int:
    return sum(part.count for part in parts)


def _most(parts: Iterable[Part]) -> int:
    """How many more packs a basket takes."""
    return int(settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD) - _packs_in(parts)
