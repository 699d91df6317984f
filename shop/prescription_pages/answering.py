"""Where a customer answers a pharmacist's question, in words or with pictures."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from shop.accounts.requests import SignedInRequest
from shop.prescription_pages.forms import AnswerForm
from shop.prescription_pages.views import answer_form, own_prescription, show, with_small_pictures
from shop.prescriptions.answering import answer, is_answered_by
from shop.prescriptions.files.quota import within_quota
from shop.prescriptions.files.uploads import RequestTooLarge, memory_only_uploads
from shop.prescriptions.models import Prescription
from shop.prescriptions.moving import TransitionRefused


def too_large(request: HttpRequest, error: RequestTooLarge) -> HttpResponse:
    """Say in plain words that all of it together was too much."""
    return render(request, "413.html", {"message": error.message}, status=413)


@with_small_pictures
@partial(memory_only_uploads, answer=too_large)
@login_required
@never_cache
def own_answer(request: SignedInRequest, /, reference: str) -> HttpResponse:
    """Send the answer; what is wrong with it is said on the page of the prescription."""
    prescription = own_prescription(request, reference)
    if request.method != "POST":
        return redirect("prescriptions:detail", reference=reference)
    files = within_quota(request.FILES, by=request.user)
    form = answer_form(prescription, request.POST, files)
    if not form.is_valid():
        return show(request, prescription, form)
    return _send(request, prescription, form)


def _send(request: SignedInRequest, prescription: Prescription, form: AnswerForm) -> HttpResponse:
    """Sent twice, it is sent once; too late, it is shown with why."""
    try:
        answer(prescription, by=request.user, said=form.said())
    except TransitionRefused as refused:
        prescription.refresh_from_db()
        if not is_answered_by(prescription, form.said()):
            again = answer_form(prescription, text=form.cleaned_data["answer"])
            return show(request, prescription, again, refusal=refused.message)
    return redirect("prescriptions:detail", reference=prescription.reference)
