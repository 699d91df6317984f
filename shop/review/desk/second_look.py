"""The second pharmacist's word on a prescription that was seen before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest
from shop.prescriptions.duplicates import Fate
from shop.prescriptions.models import Prescription
from shop.prescriptions.services import NotAllowed
from shop.prescriptions.statuses import UNDER_REVIEW, Status
from shop.review import second_look, seconding
from shop.review.desk.access import for_pharmacists
from shop.review.services import NotReady


class SecondLookForm(forms.Form):
    """Why a prescription may go on although the same was seen before."""

    why = forms.CharField(
        label=_("I have looked at both. It may go on, because"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def open_looks(prescription: Prescription, *, by: User) -> list[tuple[Fate, SecondLookForm]]:
    """What this pharmacist may look at as the second one, each with its form."""
    may = prescription.status in UNDER_REVIEW and prescription.claimed_by_id != by.pk
    if not may or prescription.user_id == by.pk:
        return []
    return [
        (fate, SecondLookForm(prefix=f"look-{fate.other.reference}"))
        for fate in seconding.in_the_way(prescription)
        if not seconding.words_of(prescription, fate)
    ]


@for_pharmacists
@require_POST
def look_second(request: SignedInRequest, reference: str, other: str) -> HttpResponse:
    """Record why a prescription may be decided although the other one is in the way."""
    rows = Prescription.objects.exclude(status=Status.DRAFT)
    prescription = get_object_or_404(rows, reference=reference)
    found = get_object_or_404(rows, reference=other)
    form = SecondLookForm(request.POST, prefix=f"look-{found.reference}")
    if not form.is_valid():
        messages.error(request, _("Write why it may go on."))
    else:
        _record(request, prescription, found, form.cleaned_data["why"])
    return redirect("admin:prescription-review", reference=reference)


def _record(request: SignedInRequest, prescription: Prescription, other: Any, why: str) -> None:
    try:
        second_look.record(prescription, by=request.user, other=other, why=why)
    except NotAllowed:
        text = _("Whoever holds the prescription, or sent it, cannot be the second to look at it.")
        messages.error(request, text)
    except NotReady as not_ready:
        messages.error(request, str(not_ready))
    else:
        messages.success(request, _("Recorded. Whoever holds the prescription can go on."))
