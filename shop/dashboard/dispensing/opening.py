"""Opens one order for whoever dispenses, checks or sends it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from oscar.apps.order.models import Order

from shop.accounts.desk_pages import only_for
from shop.dashboard.dispensing import queues
from shop.dispensing import rights, services
from shop.dispensing.models import Dispensing
from shop.dispensing.services import Refused
from shop.order_statuses import OrderStatus

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


def is_overtaken(order: Any) -> bool:
    """Whether what was made up is not what is to be dispensed any more."""
    made = services.current(order)
    if made is None or order.status != OrderStatus.DISPENSING:
        return False
    try:
        return not services.stands(made, services.contents_of(order))
    except Refused:
        return True


def as_made(number: str) -> tuple[Any, Dispensing]:
    """An order with what was made up for it; for others the page does not exist."""
    order = get_object_or_404(Order.objects.select_related("shipping_address"), number=number)
    made = services.current(order)
    if made is None:
        raise Http404
    return order, made


def pdf(data: bytes, name: str) -> HttpResponse:
    """Shown by the browser, which prints it."""
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(data, content_type="application/pdf", headers=headers)
