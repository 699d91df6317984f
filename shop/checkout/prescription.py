"""The step where the checkout stops until there is a prescription that covers the basket."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from shop.accounts.requests import SignedInRequest
from shop.fulfilment import gate
from shop.fulfilment.gate import Need
from shop.fulfilment.refusals import Reason, Refused
from shop.prescriptions import services as prescriptions
from shop.prescriptions.forms import PrescriptionForm, typed_in
from shop.prescriptions.models import Prescription
from shop.prescriptions.services import AlreadySent, Wish
from shop.prescriptions.statuses import UNDER_REVIEW
from shop.prescriptions.uploads import RequestTooLarge, memory_only_uploads


def too_large(request: HttpRequest, error: RequestTooLarge) -> HttpResponse:
    """Say in plain words that all of it together was too much."""
    return render(request, "413.html", {"message": error.message}, status=413)


@partial(memory_only_uploads, answer=too_large)
@login_required
@never_cache
def prescription_step(request: SignedInRequest, /) -> HttpResponse:
    """Go on when the basket is covered; show what is being checked; or ask for a prescription."""
    if request.basket.is_empty:
        return redirect("basket:summary")
    try:
        gate.check(request.user, request.basket.all_lines())
    except Refused as refusal:
        return _ask_for_prescription(request, refusal)
    return redirect("checkout:shipping-address")


def _ask_for_prescription(request: SignedInRequest, refusal: Refused) -> HttpResponse:
    needs = gate.needs_of(request.basket.all_lines())
    waiting = _waiting_for(request, needs)
    if waiting is not None:
        return redirect("prescriptions:detail", reference=waiting.reference)
    draft = prescriptions.begin_draft(by=request.user)
    initial = {**(draft.typed or {}), "draft": draft.reference}
    form = PrescriptionForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST":
        try:
            if form.is_valid():
                sent = _submit(request, form, needs)
                return redirect("prescriptions:detail", reference=sent.reference)
            prescriptions.save_draft(
                by=request.user,
                typed=typed_in(request.POST),
                reference=request.POST.get("draft", ""),
            )
        except AlreadySent as already:
            return redirect("prescriptions:detail", reference=already.prescription.reference)
    context = {"form": form, "needs": needs, "refusal": _worth_saying(refusal)}
    return render(request, "checkout/prescription.html", context)


def _submit(
    request: SignedInRequest, form: PrescriptionForm, needs: tuple[Need, ...]
) -> Prescription:
    return prescriptions.submit(
        by=request.user,
        answers=form.answers(),
        days_left=form.cleaned_data["days_left"],
        wishes=[Wish(need.medicine_id, need.strength_mg, need.tablets) for need in needs],
        uploads=form.cleaned_data["documents"],
        reference=form.cleaned_data["draft"],
    )


def _worth_saying(refusal: Refused) -> str:
    return "" if refusal.reason == Reason.NO_PRESCRIPTION else refusal.message


def _waiting_for(request: SignedInRequest, needs: tuple[Need, ...]) -> Prescription | None:
    """A prescription under review that was sent in for just this basket."""
    wanted = {(need.medicine_id, need.strength_mg, need.tablets) for need in needs}
    under_review = Prescription.objects.of(request.user).filter(status__in=UNDER_REVIEW)
    for prescription in under_review.prefetch_related("requested_packs"):
        packs = prescription.requested_packs.all()
        if wanted == {(pack.medicine_id, pack.strength_mg, pack.tablets) for pack in packs}:
            return prescription
    return None
