"""Fills the cart from what is left on a prescription."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalogue.models import Product
from shop.accounts.requests import SignedInRequest
from shop.basket.models import Basket
from shop.checkout.choosing_patient import choose
from shop.continuity.reordering import Plan, plans_of
from shop.prescription_pages.views import own_prescription


@login_required
@require_POST
def reorder(request: SignedInRequest, reference: str) -> HttpResponse:
    """Put what may be ordered now into the cart, in place of the same medicines, and go on."""
    prescription = own_prescription(request, reference)
    plans = [plan for plan in plans_of(prescription) if plan.is_orderable]
    if not plans or not prescription.is_usable:
        messages.error(request, _("Nothing can be ordered on this prescription just now."))
        return redirect("prescriptions:detail", reference=reference)
    fill(request.basket, plans)
    choose(request, prescription.patient_key)
    return redirect("checkout:index")


@transaction.atomic
def fill(basket: Basket, plans: list[Plan]) -> None:
    """Replace the packs of the planned medicines; twice at once is the same as once."""
    Basket.objects.select_for_update().get(pk=basket.pk)
    medicines = {plan.authorisation.medicine_id for plan in plans}
    basket.lines.filter(product__parent_id__in=medicines).delete()
    counts = {part.pack.product_id: part.count for plan in plans for part in plan.parts}
    for product in Product.objects.select_related("parent__product_class").filter(pk__in=counts):
        basket.add_product(product, quantity=counts[product.pk])
