"""Whom the customer orders for, when the approvals of several patients cover the cart."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from shop.accounts.requests import SignedInRequest
from shop.placing import gate

# Where the session keeps the choice. It holds for one cart: the next one is asked about again.
CHOICE = "checkout_patient"


def chosen_patient(request: SignedInRequest) -> str:
    """The key of the patient chosen for this cart; empty when nobody is."""
    choice = request.session.get(CHOICE)
    if choice is None or choice["basket"] != request.basket.pk:
        return ""
    key: str = choice["patient"]
    return key


def choose(request: SignedInRequest, key: str) -> None:
    """Order for this patient from now on, with this cart."""
    request.session[CHOICE] = {"basket": request.basket.pk, "patient": key}


@login_required
@never_cache
def patient_step(request: SignedInRequest) -> HttpResponse:
    """Choose whom the order is for; whoever is not among those it may be for does not exist."""
    if request.basket.is_empty:
        return redirect("basket:summary")
    choices = gate.choices(request.user, request.basket.all_lines())
    if not choices:
        return redirect("checkout:prescription")
    problem = False
    if request.method == "POST":
        key = request.POST.get("patient", "")
        if key in choices:
            choose(request, key)
            return redirect("checkout:shipping-address")
        if key:
            raise Http404
        problem = True
    context = {"choices": choices, "chosen": chosen_patient(request), "problem": problem}
    return render(request, "checkout/patient.html", context)
