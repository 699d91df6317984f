"""Signing what readers are told: for the superintendent pharmacist, and for nobody else there."""

from __future__ import annotations

import datetime
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from catalogue import signing
from catalogue.content.models import ContentVersion
from catalogue.content.rendering import monograph_of
from catalogue.country import country_of
from shop import days
from shop.accounts.desk_pages import DeskPages, View
from shop.accounts.forms import ProofForm
from shop.accounts.models import PharmacistRegistration
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import Desk, superintendent_registration
from shop.review import signatures
from shop.review.desk.access import for_pharmacists

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
    """The newest and the shown content of every medicine, and who has signed it."""
    current = (
        ContentVersion.objects.filter(Q(medicine__version=F("pk")) | Q(medicine__shown=F("pk")))
        .select_related("medicine__product", "signature")
        .defer("document")
        .order_by("medicine__name", "-number")
    )
    context = {"versions": current, "registration": registration}
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
            signatures.sign(
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
    }
    return render(request, "desk/sign.html", context)


@for_the_superintendent
def read(request: SignedInRequest, pk: int, **_registration: Any) -> HttpResponse:
    """A version as readers will see it, before it is what they see."""
    version = get_object_or_404(ContentVersion.objects.select_related("medicine"), pk=pk)
    monograph = monograph_of(version, country=country_of(request))
    context = {"version": version, "monograph": monograph}
    return render(request, "desk/content_read.html", context)


class WithdrawForm(forms.Form):
    """Why nobody answers for a text any more."""

    why = forms.CharField(
        label=_("Why"),
        help_text=_("Pharmacists read it; nothing about a patient."),
        max_length=200,
    )


@for_the_superintendent
def withdraw(request: SignedInRequest, pk: int, **_registration: Any) -> HttpResponse:
    """Take back the signature that a medicine is sold on."""
    version = get_object_or_404(
        ContentVersion.objects.select_related("medicine__product"),
        pk=pk,
        medicine__shown=F("pk"),
        signature__isnull=False,
    )
    form = WithdrawForm(request.POST or None)
    proof = ProofForm(request, request.POST or None)
    if request.method == "POST" and all([form.is_valid(), proof.is_given()]):
        try:
            signatures.withdraw(version, by=request.user, why=form.cleaned_data["why"])
        except signing.NotSigned as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Taken back. Nothing more of it can be ordered."))
        return redirect("admin:content-versions")
    context = {
        "version": version,
        "form": form,
        "proof": proof,
        "orders": signatures.paid_orders(version),
        "takers": signatures.takers_of(version),
    }
    return render(request, "desk/content_withdraw.html", context)


@for_pharmacists
def takers(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who takes a medicine, and what is paid and has not left."""
    version = get_object_or_404(ContentVersion.objects.select_related("medicine__product"), pk=pk)
    context = {
        "version": version,
        "orders": signatures.paid_orders(version),
        "takers": signatures.takers_of(version),
    }
    return render(request, "desk/content_takers.html", context)


@admin.register(ContentVersion)
class ContentVersionPages(DeskPages):
    menu = _("Content")
    place = 80
    in_menu_of = frozenset({Desk.SIGNATORY})
    pages = (
        ("", versions, "content-versions"),
        ("<int:pk>/sign/", sign, "content-sign"),
        ("<int:pk>/read/", read, "content-read"),
        ("<int:pk>/withdraw/", withdraw, "content-withdraw"),
        ("<int:pk>/takers/", takers, "content-takers"),
    )
