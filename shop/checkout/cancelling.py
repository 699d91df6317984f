"""A customer takes an order back that nobody has begun to pack."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from shop.accounts.requests import SignedInRequest
from shop.settling import refunding


@login_required
@never_cache
def cancel_own_order(request: SignedInRequest, order_number: str) -> HttpResponse:
    """Ask once more, then cancel; an order that is being packed is a matter for a call."""
    order = get_object_or_404(Order, number=order_number, user=request.user)
    if not refunding.is_untouched(order):
        messages.error(request, _("This order cannot be cancelled here any more. Call us."))
    elif request.method != "POST":
        return render(request, "oscar/customer/order/order_cancel.html", {"order": order})
    else:
        _cancel(request, order)
    return redirect("customer:order", order_number=order_number)


def _cancel(request: SignedInRequest, order: Order) -> None:
    try:
        refunding.cancel(order, by=request.user, note=_("by the customer"))
    except InvalidOrderStatus:
        messages.error(request, _("This order cannot be cancelled here any more. Call us."))
    else:
        messages.success(request, _("Your order is cancelled."))
