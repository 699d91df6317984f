"""Opens one order for whoever dispenses, checks or sends it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from oscar.apps.order.models import Order

from shop.accounts.desk_pages import only_for
from shop.dashboard.dispensing import queues
from shop.dispensing import rights

View = Callable[..., HttpResponse]
# Where each step is done.
PAGES = {
    queues.DISPENSE: "dispensing:dispense",
    queues.CHECK: "dispensing:check",
    queues.SEND: "dispensing:send",
}


def for_dispensers(view: View) -> View:
    """For people who dispense; others are asked to sign in, or find nothing there."""
    page: View = login_required(only_for(rights.may_dispense)(view))
    return wraps(view)(page)


def to(step: str, order: Any) -> HttpResponse:
    """To the page of a step."""
    return redirect(PAGES[step], order.number)


def away(request: Any, order: Any, words: str) -> HttpResponse:
    """To where the order stands now, with the reason; to the lists where it waits for nothing."""
    messages.info(request, words)
    step = queues.step_of(order)
    return to(step, order) if step else redirect("dispensing:lists")


def fresh(order: Any) -> Any:
    return Order.objects.get(pk=order.pk)
