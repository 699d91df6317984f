"""Signing what readers are told: for the superintendent pharmacist, and for nobody else there."""

from __future__ import annotations

import datetime
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from catalogue import signing
from catalogue.content.models import ContentVersion
from shop import days
from shop.accounts.desk_pages import DeskPages, View
from shop.accounts.forms import ProofForm
from shop.accounts.models import PharmacistRegistration
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import superintendent_registration

LONGEST_YEARS = 3


def for_the_superintendent(view: View) -> View:
    """Only the superintendent whose registration is valid today; it goes to the view."""

    @never_cache
    @wraps(view)
    def checked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        registration = superintendent_registration(request.user)
        if registration is None:
            raise Http404
        return view(request, *args, registration=registration, **kwargs)

    return checked


class SignForm(forms.Form):
    """The next review, and the word of who signs."""

    review_by = forms.DateField(
        label=_("Next review by"), widget=forms.DateInput(attrs={"type": "date"})
    )
    has_read = forms.BooleanField(
        label=_("I have read this version with its sources, and I answer for it.")
    )

    def clean_review_by(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["review_by"]
        today = days.at_pharmacy()
        if not today < day <= today + datetime.timedelta(days=366 * LONGEST_YEARS):
            raise forms.ValidationError(
                _("Give a day after today, and within %(years)s years.") % {"years": LONGEST_YEARS}
            )
        return day


@for_the_superintendent
def versions(request: SignedInRequest, registration: PharmacistRegistration) -> HttpResponse:
    """The current content of every medicine, and who has signed it."""
    current = (
        ContentVersion.objects.filter(medicine__version=F("pk"))
        .select_related("medicine__product", "signature")
        .defer("document")
        .order_by("medicine__name")
    )
    context = {"versions": current, "registration": registration, "may_sign_content": True}
    return render(request, "desk/content.html", context)


@for_the_superintendent
def sign(request: SignedInRequest, registration: PharmacistRegistration, pk: int) -> HttpResponse:
    """Sign one version."""
    version = get_object_or_404(
        ContentVersion.objects.select_related("medicine__product", "signature"),
        pk=pk,
        medicine__version=F("pk"),
    )
    form = SignForm(request.POST or None)
    proof = ProofForm(request, request.POST or None)
    if request.method == "POST" and all([form.is_valid(), proof.is_given()]):
        try:
            signing.sign(
                version,
                by=request.user,
                registration=registration,
                review_by=form.cleaned_data["review_by"],
            )
        except signing.NotSigned as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Signed: %(version)s.") % {"version": version})
        return redirect("admin:content-versions")
    context = {
        "version": version,
        "signatures": version.signatures.all(),
        "registration": registration,
        "form": form,
        "proof": proof,
        "may_sign_content": True,
    }
    return render(request, "desk/sign.html", context)


@admin.register(ContentVersion)
class ContentVersionPages(DeskPages):
    pages = (
        ("", versions, "content-versions"),
        ("<int:pk>/sign/", sign, "content-sign"),
    )
