"""The step where the checkout stops until there is a prescription that covers the basket."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from shop.accounts.requests import SignedInRequest
from shop.fulfilment import gate
from shop.fulfilment.gate import Need
from shop.fulfilment.refusals import Reason, Refused
from shop.prescriptions import drafts
from shop.prescriptions import services as prescriptions
from shop.prescriptions.forms import PrescriptionForm
from shop.prescriptions.intake import MAX_FILE_BYTES, MAX_FILES
from shop.prescriptions.models import Prescription
from shop.prescriptions.services import Wish
from shop.prescriptions.statuses import UNDER_REVIEW
from shop.prescriptions.uploads import RequestTooLarge, memory_only_uploads, within_quota


def too_large(request: HttpRequest, error: RequestTooLarge) -> HttpResponse:
    """Say in plain words that all of it together was too much."""
    return render(request, "413.html", {"message": error.message}, status=413)


# Small pictures of the chosen files, which the browser makes and nobody else sees.
@csp_update({"img-src": "blob:"})
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
    typed = drafts.initial_of(form=PrescriptionForm, by=request.user)
    files = within_quota(request.FILES, by=request.user)
    form = PrescriptionForm(request.POST or None, files or None, initial=typed)
    if request.method == "POST" and form.is_valid():
        prescription = prescriptions.submit(
            by=request.user,
            answers=form.answers(),
            days_left=form.cleaned_data["days_left"],
            wishes=[Wish(need.medicine_id, need.strength_mg, need.tablets) for need in needs],
            uploads=form.cleaned_data["documents"],
        )
        return redirect("prescriptions:detail", reference=prescription.reference)
    if request.method == "POST":
        drafts.keep(request.POST, form=PrescriptionForm, by=request.user)
    context = {
        "form": form,
        "needs": needs,
        "refusal": _worth_saying(refusal),
        "is_restored": bool(typed) and request.method != "POST",
        "max_files": MAX_FILES,
        "max_file_bytes": MAX_FILE_BYTES,
    }
    return render(request, "checkout/prescription.html", context)


@login_required
@never_cache
@require_POST
def prescription_draft(request: SignedInRequest, /) -> HttpResponse:
    """Keep what is typed so far; or, at the person's wish, forget it."""
    if "forget" in request.POST:
        drafts.keep({}, form=PrescriptionForm, by=request.user)
        return redirect("checkout:prescription")
    drafts.keep(request.POST, form=PrescriptionForm, by=request.user)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


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
