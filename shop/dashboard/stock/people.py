"""Names: who works here and did something, and who has packs of a batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shop.accounts.models import User
from shop.order import patients
from shop.stock.recalling import Holder


def names(numbers: Iterable[int | None]) -> dict[int | None, str]:
    """The people with these account numbers."""
    users = User.objects.filter(pk__in={number for number in numbers if number})
    return {user.pk: user.name or user.email for user in users}


@dataclass(frozen=True)
class Named:
    """An order with packs of a batch, with its patient, and where a letter reaches them."""

    order: Any
    patient: str
    packs: int
    pack: str

    @property
    def address(self) -> Any:
        return self.order.shipping_address

    @property
    def name(self) -> str:
        """To whom the letter is written: the patient, or who the parcel went to."""
        return self.patient or str(self.address.name if self.address else "")

    @property
    def lines(self) -> list[str]:
        """The address, a line each; without the name of whom the parcel went to."""
        return list(self.address.active_address_fields()[1:]) if self.address else []

    @property
    def phone(self) -> str:
        return str(getattr(self.address, "phone_number", "") or "")


def named(holders: Iterable[Holder]) -> list[Named]:
    """Each with the name of its patient; three queries however many."""
    found = list(holders)
    orders = {each.order.pk: each.order for each in found}
    who = {order.pk: name for order, name in patients.names_of(orders.values())}
    return [
        Named(each.order, who[each.order.pk], each.packs, str(each.line.title)) for each in found
    ]
