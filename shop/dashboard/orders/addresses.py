"""Staff correct where a paid order goes, because its customer asked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from shop.accounts.forms import ProofForm
from shop.accounts.requests import SignedInRequest
from shop.dashboard.orders.forms import ShippingAddressForm
from shop.order.correcting import correct_address


def correct(request: SignedInRequest, number: str) -> HttpResponse:
    """Show the address as it is, take it as it should be."""
    order = get_object_or_404(Order, number=number, shipping_address__isnull=False)
    form = ShippingAddressForm(request.POST or None, instance=order.shipping_address)
    proof = ProofForm(request, request.POST or None)
    if request.method == "POST" and all([form.is_valid(), proof.is_given()]):
        try:
            correct_address(
                order, form.corrected(), by=request.user, note=form.cleaned_data["asked"]
            )
        except InvalidOrderStatus as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The address is corrected. The customer has been told."))
        return redirect("dashboard:order-detail", number=number)
    context = {"order": order, "form": form, "proof": proof}
    return render(request, "oscar/dashboard/orders/order_address.html", context)
