"""Whom the customer orders for: asked for each cart of an account that orders for several."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from shop.accounts.requests import SignedInRequest
from shop.basket.models import Basket
from shop.patients.models import NEW
from shop.placing import gate
from shop.placing.gate import Person

# Where the session keeps the choice. It holds for one cart as it was then: after a change, and for
# the next one, it is asked again.
CHOICE = "ordered_for"


def chosen_patient(request: SignedInRequest) -> str:
    """The key of the patient chosen for this cart as it is; empty when nobody is."""
    choice = request.session.get(CHOICE)
    if choice is None or choice["cart"] != _contents(request.basket):
        return ""
    key: str = choice["patient"]
    return key


def choose(request: SignedInRequest, key: str) -> None:
    """Order for this patient from now on, with this cart."""
    request.session[CHOICE] = {"cart": _contents(request.basket), "patient": key}


def _contents(basket: Basket) -> list[object]:
    """The cart and what is in it, as a session can keep it."""
    if basket.pk is None:
        return []
    lines = basket.lines.order_by("product_id").values_list("product_id", "quantity")
    return [basket.pk, [list(line) for line in lines]]


def is_of_nobody(request: SignedInRequest) -> bool:
    """Whether the one who was chosen is no longer among those the account orders for."""
    chosen = chosen_patient(request)
    return bool(chosen) and chosen not in gate.keys_of_people(request.user)


@login_required
@never_cache
def patient_step(request: SignedInRequest) -> HttpResponse:
    """Choose whom the order is for; whoever is not among those it may be for does not exist."""
    if request.basket.is_empty:
        return redirect("basket:summary")
    people = gate.choices(request.user, request.basket.all_lines())
    key = request.POST.get("patient", "")
    if key == NEW:
        return redirect(f"{reverse('checkout:prescription')}?{urlencode({'patient': NEW})}")
    if key:
        return _go_on(request, people, key)
    context = {
        "people": people,
        "chosen": chosen_patient(request),
        "problem": request.method == "POST",
    }
    return render(request, "checkout/patient.html", context)


def _go_on(request: SignedInRequest, people: list[Person], key: str) -> HttpResponse:
    """To the address, or to what the prescription of the chosen one lacks. Raises Http404."""
    chosen = next((person for person in people if person.key == key), None)
    if chosen is None:
        raise Http404
    choose(request, key)
    return redirect("checkout:prescription" if chosen.refusal else "checkout:shipping-address")
