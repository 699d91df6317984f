"""How far an order has got, as its customer sees it."""

import pytest
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.order_statuses import STEPS, UNDER_WAY, OrderStatus
from shop.pages.templatetags.order_progress import order_steps

REACHED = {
    "Paid": ["done", "now", "todo", "todo"],
    "Dispensing": ["done", "now", "todo", "todo"],
    "Dispatched": ["done", "done", "done", "now"],
    "Complete": ["done", "done", "done", "done"],
}


def order_with(status: str) -> Order:
    return Order.objects.create(
        number="1",
        currency="USD",
        total_incl_tax=1,
        total_excl_tax=1,
        status=status,
        date_placed=timezone.now(),
    )


@pytest.mark.parametrize("status", REACHED)
def test_an_order_shows_what_is_done_and_what_is_next(db: None, status: str) -> None:
    order = order_with(status)

    assert [step["status"] for step in order_steps(order)] == REACHED[status]


def test_an_order_that_left_the_usual_way_has_no_steps(db: None) -> None:
    assert order_steps(Order(number="1", status="Cancelled")) == []


@pytest.mark.parametrize("status", UNDER_WAY)
def test_what_is_not_reached_is_not_said_to_be(db: None, status: OrderStatus) -> None:
    [now] = [step for step in order_steps(order_with(status)) if step["status"] == "now"]

    assert str(now["title"]) not in {str(step.title) for step in STEPS.values()}
    assert now["title"]


def test_an_order_that_is_stopped_is_not_being_packed(db: None) -> None:
    [now] = [
        step for step in order_steps(order_with("Paid"), waits="why") if step["status"] == "now"
    ]

    assert (now["title"], now["note"]) == ("Waits for a pharmacist", "")
