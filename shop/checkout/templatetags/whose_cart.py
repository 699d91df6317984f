"""Whom the cart is for, for the page of the cart."""

from __future__ import annotations

from django import template

from shop.accounts.requests import SignedInRequest
from shop.checkout.choosing_patient import chosen_patient
from shop.placing import gate
from shop.placing.refusals import Refused

register = template.Library()


@register.inclusion_tag("checkout/whose_cart.html")
def whose_cart(request: SignedInRequest) -> dict[str, object]:
    """Names the patient; or says that it is asked next; nothing for whom nobody is known."""
    if not request.user.is_authenticated or not _needs_one(request):
        return {}
    people = gate.keys_of_people(request.user)
    key = chosen_patient(request) or (people[0] if len(people) == 1 else "")
    return {"name": gate.name_of(request.user, key), "is_asked": len(people) > 1}


def _needs_one(request: SignedInRequest) -> bool:
    try:
        return bool(gate.needs_of(request.basket.all_lines()))
    except Refused:
        return True
