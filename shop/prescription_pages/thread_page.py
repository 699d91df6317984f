"""The thread of messages of a customer's own prescription."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from shop.accounts.requests import SignedInRequest
from shop.prescription_pages.views import own_prescription
from shop.prescriptions.messages import thread
from shop.prescriptions.messages.forms import MessageForm


@login_required
@never_cache
def own_thread(request: SignedInRequest, reference: str) -> HttpResponse:
    """What was written so far, and the place to write."""
    prescription = own_prescription(request, reference)
    thread.mark_read_by_owner(prescription, by=request.user)
    form = MessageForm(request.POST or None, auto_id="thread_%s")
    if request.method == "POST" and form.is_valid():
        try:
            thread.write_as_owner(prescription, by=request.user, text=form.cleaned_data["text"])
        except thread.Closed as closed:
            form.add_error("text", closed.message)
        else:
            messages.success(request, _("Your message is sent."))
            return redirect("prescriptions:thread", reference=reference)
    context = {"prescription": prescription, "form": form}
    return render(request, "prescriptions/thread_page.html", context)
