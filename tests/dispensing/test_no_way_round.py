"""Dispatch without the accuracy check, tried by every way there is: none leaves."""

from __future__ import annotations

import ast
from contextlib import suppress
from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import reverse
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from shop.accounts.models import User
from shop.audit.verification import Verification
from shop.dispensing import services
from shop.dispensing.models import Check, Dispensing, Why
from shop.dispensing.services import Looked
from shop.order.processing import EventHandler
from shop.order_statuses import LEFT, OrderStatus
from shop.register.models import Entry
from tests.conftest import make_superuser, signed_in
from tests.dispensed import POINTS, addressed, check, dispense, labels_for, made_ready, scans_for
from tests.settling.test_races import at_once

ROOT = Path(__file__).resolve().parent.parent.parent
PREPARED = ("nothing", "moved to dispensing", "dispensed", "sent back")


@pytest.fixture(params=PREPARED)
def unchecked(request: pytest.FixtureRequest, order: Order, staff: User, pharmacist: User) -> Order:
    """Not checked, however far it is."""
    addressed(order)
    if request.param == "moved to dispensing":
        EventHandler(user=staff).handle_order_status_change(order, OrderStatus.DISPENSING)
    if request.param in ("dispensed", "sent back"):
        made = dispense(order, by=staff)
    if request.param == "sent back":
        check(order, by=pharmacist)
        EventHandler(user=staff).send_back(
            Order.objects.get(), seen=made.uuid, why=Why.WRONG_PATIENT
        )
    return Order.objects.get()


def left() -> int:
    return Order.objects.filter(status__in=LEFT).count() + Entry.objects.count()


@pytest.mark.django_db
def test_by_the_page_of_the_order(unchecked: Order, staff: User) -> None:
    page = reverse("dashboard:order-detail", kwargs={"number": unchecked.number})

    for status in LEFT:
        signed_in(staff).post(page, {"order_action": "change_order_status", "new_status": status})

    assert left() == 0


@pytest.mark.django_db
def test_by_the_list_of_orders(unchecked: Order, staff: User) -> None:
    fields = {"action": "change_order_statuses", "selected_order": unchecked.pk}

    for status in LEFT:
        signed_in(staff).post(reverse("dashboard:order-list"), {**fields, "new_status": status})

    assert left() == 0


@pytest.mark.django_db
def test_by_the_page_that_sends(unchecked: Order, staff: User, pharmacist: User) -> None:
    for user in (staff, pharmacist, make_superuser()):
        signed_in(user).post(reverse("dispensing:send", args=[unchecked.number]), {"do": "send"})

    assert left() == 0


@pytest.mark.django_db
def test_by_the_admin(unchecked: Order) -> None:
    """It has no page for an order, nor for what was dispensed."""
    labels = {model._meta.label for model in admin.site._registry}  # noqa: SLF001

    assert not labels & {"order.Order", "order.Line", "dispensing.Dispensing", "dispensing.Check"}


@pytest.mark.django_db
@pytest.mark.parametrize("status", LEFT)
def test_by_the_service(status: OrderStatus, unchecked: Order, staff: User) -> None:
    for user in (staff, None):
        with pytest.raises(InvalidOrderStatus):
            EventHandler(user=user).handle_order_status_change(unchecked, status)

    assert left() == 0


def test_nobody_else_moves_an_order() -> None:
    """One place of the shop calls Oscar's own mover, which asks nothing."""
    movers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "shop").glob("**/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "set_status"
    ]

    assert len(movers) == 1
    assert movers[0].startswith("shop/order/processing.py")


@pytest.mark.django_db
def test_by_sql_it_does_not_stay_unseen(unchecked: Order) -> None:
    Order.objects.update(status=OrderStatus.DISPATCHED)

    assert any("is not as entry" in found for found in Verification({}).findings())


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_dispense_it_once(self, order: Order, staff: User, pharmacist: User) -> None:
        scans = scans_for(order)
        copies = [Order.objects.get() for _ in range(2)]

        results = at_once(
            lambda: EventHandler(user=staff).make_up(copies[0], scans=scans),
            lambda: EventHandler(user=pharmacist).make_up(copies[1], scans=scans),
        )

        assert sum(isinstance(result, InvalidOrderStatus) for result in results) == 1
        assert Dispensing.objects.count() == 1

    def test_two_check_it_once(
        self, order: Order, staff: User, pharmacist: User, colleague: User
    ) -> None:
        dispense(order, by=staff)

        results = at_once(lambda: check(order, by=pharmacist), lambda: check(order, by=colleague))

        assert sum(isinstance(result, InvalidOrderStatus) for result in results) == 1
        assert Check.objects.count() == 1

    def test_sent_back_while_it_is_sent_it_leaves_with_a_check_or_not_at_all(
        self, order: Order, staff: User, pharmacist: User
    ) -> None:
        made_ready(order)
        made = Dispensing.objects.get()
        first, second = (Order.objects.get() for _ in range(2))

        at_once(
            lambda: EventHandler(user=staff).handle_order_status_change(
                first, OrderStatus.DISPATCHED
            ),
            lambda: EventHandler(user=pharmacist).send_back(
                second, seen=made.uuid, why=Why.WRONG_PATIENT
            ),
        )

        made.refresh_from_db()
        has_left = Order.objects.get().status == OrderStatus.DISPATCHED
        assert has_left == (made.ended_at is None)
        assert Entry.objects.count() == has_left
        assert list(Verification({}).findings()) == []

    def test_sent_while_it_is_being_checked_it_leaves_only_after(
        self, order: Order, staff: User, pharmacist: User
    ) -> None:
        made = dispense(order, by=staff)
        addressed(order)
        scans = scans_for(order)
        first, second = (Order.objects.get() for _ in range(2))

        def leave() -> None:
            with suppress(InvalidOrderStatus):
                EventHandler(user=staff).handle_order_status_change(first, OrderStatus.DISPATCHED)

        at_once(
            leave,
            lambda: EventHandler(user=pharmacist).check(
                second,
                Looked(seen=made.uuid, compared=POINTS, scans=scans, labels=labels_for(order)),
            ),
        )

        assert Check.objects.count() == 1
        if Order.objects.get().status == OrderStatus.DISPATCHED:
            assert Check.objects.get().at <= Entry.objects.get().entered_at

    def test_cancelled_while_it_is_dispensed_it_is_one_or_the_other(
        self, order: Order, staff: User
    ) -> None:
        scans = scans_for(order)
        first, second = (Order.objects.get() for _ in range(2))

        at_once(
            lambda: EventHandler(user=staff).make_up(first, scans=scans),
            lambda: EventHandler(user=staff).cancel(second, by=staff, note="As asked"),
        )

        now = Order.objects.get()
        is_made = services.current(now) is not None
        assert now.status in ((OrderStatus.DISPENSING, OrderStatus.CANCELLED))
        assert is_made or now.status == OrderStatus.CANCELLED
        assert list(Verification({}).findings()) == []
