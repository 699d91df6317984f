"""How far an order has got, as its customer sees it."""

import pytest
from django.utils import timezone
from oscar.apps.order.models import Order

from shop.pages.templatetags.order_progress import order_steps

REACHED = {
    "Paid": ["done", "now", "todo", "todo"],
    "Dispensing": ["done", "now", "todo", "todo"],
    "Dispatched": ["done", "done", "done", "now"],
    "Complete": ["done", "done", "done", "done"],
}


@pytest.mark.parametrize("status", REACHED)
def test_an_order_shows_what_is_done_and_what_is_next(db: None, status: str) -> None:
    order = Order.objects.create(
        number="1",
        currency="USD",
        total_incl_tax=1,
        total_excl_tax=1,
        status=status,
        date_placed=timezone.now(),
    )

    assert [step["status"] for step in order_steps(order)] == REACHED[status]


def test_an_order_that_left_the_usual_way_has_no_steps(db: None) -> None:
    assert order_steps(Order(number="1", status="Cancelled")) == []
