"""A paid order at the desk: what happened to it since, what becomes of it, and the pharmacist's answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from shop.accounts.forms import ProofForm
from shop.accounts.requests import SignedInRequest
from shop.order_statuses import LEFT
from shop.prescriptions.models import Prescription, Supply
from shop.prescriptions.services import NotAllowed
from shop.review.desk.access import for_pharmacists
from shop.standing import answering
from shop.standing.answering import NothingAsked, supplies_of
from shop.standing.consequences import orders_on
from shop.standing.events import Event, Fate, fate_of
from shop.standing.question import Obstacle, obstacles_of

# What the buttons of the form send.
LEAVE, END = "leave", "end"


class AnswerForm(forms.Form):
    """Why a paid order may leave after what changed, or why it must not."""

    why = forms.CharField(
        label=_("Why, for colleagues"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write down why.")},
    )
    # What the page showed: the answer is for that, and for nothing newer.
    keys = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)


@dataclass(frozen=True)
class PaidOrder:
    """An order under way, with what it supplies and what happened to it since it was paid."""

    order: Any
    supplies: list[Supply]
    obstacles: list[Obstacle]

    @property
    def fate(self) -> Fate:
        return self.obstacles[0].fate if self.obstacles else Fate.GOES_ON

    @property
    def if_withdrawn(self) -> Fate:
        """What would become of it if the approval were taken back now."""
        return fate_of(Event.WITHDRAWN, self.order.status)

    @property
    def has_left(self) -> bool:
        return self.order.status in LEFT

    @property
    def waits_for_an_answer(self) -> bool:
        """Whether a pharmacist's answer is all that it waits for."""
        stops = {each.fate for each in self.obstacles if each.fate.stops}
        return stops == {Fate.ASKS}

    @property
    def before_it_is_allowed_less(self) -> str:
        """What to do first, when less is to be allowed than this order was paid for."""
        words = _("Order %(number)s is among them; if it must not leave, end it first.")
        return str(words) % {"number": self.order.number}

    @property
    def keys(self) -> str:
        return " ".join(each.key for each in self.obstacles if each.fate == Fate.ASKS)


def paid_orders(prescription: Prescription) -> list[PaidOrder]:
    """The orders under way on a prescription."""
    return [_paid_order(order) for order in orders_on(prescription)]


def _paid_order(order: Any) -> PaidOrder:
    supplies = supplies_of(order).select_related("authorisation__medicine")
    return PaidOrder(order, list(supplies), obstacles_of(order))


@for_pharmacists
def paid_order(request: SignedInRequest, reference: str, number: str) -> HttpResponse:
    """Answer for a paid order that something happened to, or end it."""
    prescription = get_object_or_404(Prescription, reference=reference)
    order = get_object_or_404(orders_on(prescription), number=number)
    paid = _paid_order(order)
    form = AnswerForm(request.POST or None, initial={"keys": paid.keys})
    proof = ProofForm(request, request.POST or None)
    if request.method == "POST" and all([form.is_valid(), proof.is_given()]):
        _answer(request, order, form.cleaned_data)
        return redirect("admin:prescription-review", reference=reference)
    context = {"prescription": prescription, "paid": paid, "form": form, "proof": proof}
    return render(request, "desk/paid_order.html", context)


def _answer(request: SignedInRequest, order: Any, given: dict[str, Any]) -> None:
    try:
        if request.POST.get("do") == LEAVE:
            keys = tuple(given["keys"].split())
            answering.may_leave(order, by=request.user, why=given["why"], keys=keys)
            messages.success(request, _("Written down. The order may leave."))
        elif request.POST.get("do") == END:
            answering.must_not_leave(order, by=request.user, why=given["why"])
            messages.success(request, _("Written down."))
    except NothingAsked:
        messages.error(request, _("The order has changed since you opened the page. Look again."))
    except NotAllowed:
        messages.error(request, _("You cannot decide on your own prescription."))
