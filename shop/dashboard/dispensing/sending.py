"""The pages of a parcel: sent with carrier and number, delivered; and the carriers themselves."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from shop.accounts.actors import actor_of
from shop.accounts.desk_pages import only_for
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import is_superintendent
from shop.audit import states
from shop.continuity.supply_gap import way_of
from shop.dashboard.dispensing import queues
from shop.dashboard.dispensing.opening import as_made, away, for_dispensers, is_overtaken, pdf
from shop.dispensing import contents as made_of
from shop.dispensing import services as dispensing
from shop.dispensing import slip_pdf
from shop.dispensing.models import NEAR_MISSES
from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.sending import services
from shop.sending.models import NUMBER, Carrier
from shop.sending.services import NotSent


@for_dispensers
def send(request: SignedInRequest, number: str) -> HttpResponse:
    """Where it goes, with whom and under which number; the order leaves by one press."""
    order = get_object_or_404(Order.objects.select_related("shipping_address"), number=number)
    made = dispensing.current(order)
    if made is None or queues.step_of(order) != queues.SEND:
        return away(request, order, _("There is nothing to send for it now."))
    if is_overtaken(order):
        return redirect("dispensing:dispense", order.number)
    if request.POST.get("do") == "back":
        return _send_back(request, order)
    carrier, wrong = _known(request)
    if request.POST.get("do") == "send" and carrier and not wrong:
        try:
            EventHandler(user=request.user).send(
                order, carrier=carrier, number=request.POST.get("scan", "")
            )
        except InvalidOrderStatus as refused:
            wrong = str(refused)
        else:
            messages.success(request, _("Order %(number)s is sent.") % {"number": number})
            return redirect("dispensing:lists")
    if request.method == "GET":
        dispensing.record_opening(order, by=request.user, page=queues.SEND)
    context = {
        "order": order,
        "made": made,
        "contents": made_of.kept(made.contents),
        "carriers": Carrier.objects.in_use(),
        "carrier": carrier,
        "scanned": request.POST.get("scan", ""),
        "expected_by": services.expected_by(order),
        "way": way_of(order),
        "near_misses": [(why.value, why.label) for why in NEAR_MISSES],
        "wrong": wrong,
    }
    return render(request, "dispensing/send.html", context)


def _send_back(request: SignedInRequest, order: Any) -> HttpResponse:
    """What is wrong was seen at the last moment."""
    try:
        seen = uuid.UUID(request.POST.get("seen", ""))
        EventHandler(user=request.user).send_back(order, seen=seen, why=request.POST.get("why", ""))
    except (InvalidOrderStatus, ValueError) as refused:
        messages.error(request, str(refused))
        return redirect("dispensing:send", order.number)
    messages.success(request, _("Sent back. It waits to be dispensed again."))
    return redirect("dispensing:lists")


def _known(request: SignedInRequest) -> tuple[Carrier | None, str]:
    """The carrier that was chosen, or whose number was scanned; why not, in a sentence."""
    if request.method != "POST":
        return None, ""
    try:
        number = services.plain(request.POST.get("scan", ""))
    except NotSent as why:
        return None, str(why)
    chosen = request.POST.get("carrier", "")
    if chosen.isdecimal():
        return Carrier.objects.in_use().filter(pk=int(chosen)).first(), ""
    carrier = services.carrier_for(number)
    return carrier, "" if carrier else _("No carrier is known by this number. Choose one.")


@require_safe
@for_dispensers
def print_slip(request: SignedInRequest, number: str) -> HttpResponse:
    """The packing slip of what was dispensed."""
    order, made = as_made(number)
    dispensing.record_opening(order, by=request.user, page="slip")
    return pdf(slip_pdf.pdf_of(order, made), f"slip-{number}.pdf")


@require_POST
@for_dispensers
def delivered(request: SignedInRequest, number: str) -> HttpResponse:
    """Somebody knows that the parcel came."""
    order = get_object_or_404(Order, number=number)
    try:
        EventHandler(user=request.user).handle_order_status_change(order, OrderStatus.COMPLETE)
    except InvalidOrderStatus as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Order %(number)s is delivered.") % {"number": number})
    return redirect("dispensing:lists")


class CarrierForm(forms.ModelForm):
    class Meta:
        model = Carrier
        fields = ("name", "link", "pattern", "is_used")

    def clean_link(self) -> str:
        link: str = self.cleaned_data["link"]
        if not link.startswith("https://") or NUMBER not in link:
            raise forms.ValidationError(
                gettext_lazy("The link begins with https:// and holds {number} once.")
            )
        return link

    def clean_pattern(self) -> str:
        pattern: str = self.cleaned_data["pattern"]
        try:
            Carrier(pattern=pattern).knows("")
        except re.error as error:
            raise forms.ValidationError(gettext_lazy("No regular expression.")) from error
        return pattern


@only_for(is_superintendent)
def carriers(request: SignedInRequest) -> HttpResponse:
    """All carriers, each with its link; the superintendent adds and changes them."""
    return render(request, "dispensing/carriers.html", {"carriers": Carrier.objects.all()})


@only_for(is_superintendent)
def carrier(request: SignedInRequest, pk: int = 0) -> HttpResponse:
    """One carrier, changed; a new one where the address names none."""
    known = get_object_or_404(Carrier, pk=pk) if pk else None
    form = CarrierForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        _save(form, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("dispensing:carriers")
    return render(request, "dispensing/carrier.html", {"form": form, "carrier": known})


def _save(form: CarrierForm, *, by: Any) -> None:
    saved = form.save()
    states.record(saved, "carrier.change", actor=actor_of(by), details={"name": saved.name})
