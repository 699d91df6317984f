"""Two people change the same cell at the same moment: one of them is told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from catalogue.prices import changing
from catalogue.prices.changing import NotSaved, Why
from catalogue.prices.models import Pricing, Reason
from catalogue.prices.proposing import Seen, Wanted
from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit.verification import Verification
from tests.conftest import pack_of
from tests.settling.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_of_two_editors_one_saves_and_the_other_is_told(
    medicine: Product, staff: User, superintendent: User
) -> None:
    records = [pack_of(medicine, 10, units).stockrecords.get() for units in (30, 60)]

    def save(user: User, price: str, *, backwards: bool) -> None:
        want = [
            Wanted(record.pk, Decimal(price) * record.product.units, Seen(0, record.price))
            for record in (reversed(records) if backwards else records)
        ]
        changing.save(medicine, want, why=Why(actor_of(user), Reason.YEARLY))

    done = at_once(
        lambda: save(staff, "0.61", backwards=False),
        lambda: save(superintendent, "0.62", backwards=True),
    )

    assert sorted(type(each).__name__ for each in done) == ["NoneType", "NotSaved"]
    [refused] = [each for each in done if isinstance(each, NotSaved)]
    assert all(each.was_changed_meanwhile for each in refused.proposals)
    prices = {record.price / record.product.units for record in map(again, records)}
    assert prices in ({Decimal("0.61")}, {Decimal("0.62")})
    assert set(Pricing.objects.values_list("version", flat=True)) == {1}
    assert list(Verification({}).findings()) == []


def again(record: StockRecord) -> StockRecord:
    return StockRecord.objects.select_related("product").get(pk=record.pk)
