"""A day's order in the pharmacy: dispensed with a wrong scan, checked by a second person, sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.order_statuses import OrderStatus
from shop.prescriptions.models import Prescription
from tests.browser import Visitor
from tests.conftest import pack_of
from tests.journeys import dispensing, story
from tests.standing.paid import place

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
MOST_PRESSES = 8
LISTS = "/dashboard/dispensing/"


def test_dispensed_checked_and_sent_with_no_typing_but_scans(
    visitor: Visitor,
    another_visitor: Callable[[], Visitor],
    approved: Prescription,
    medicine: Product,
    staff: User,
    pharmacist: User,
) -> None:
    place(approved.user, pack_of(medicine, 10, 60))
    presses, second = dispensing.Presses(), another_visitor()
    page = story.come_in(visitor, staff, LISTS)

    dispensing.dispense(page, presses, "BAC10-60", wrong="BAC25-60")
    dispensing.check(story.come_in(second, pharmacist, LISTS), presses, "BAC10-60")
    dispensing.send(page, presses)

    assert Order.objects.get().status == OrderStatus.DISPATCHED
    assert presses.count <= MOST_PRESSES
    assert visitor.complaints == second.complaints == []
