"""The patients of an account; anybody else's do not exist."""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from shop import days
from shop.accounts.requests import SignedInRequest
from shop.patients import services as patients
from shop.patients.forms import PatientForm
from shop.patients.freshness import old_answers
from shop.patients.models import Patient


def own_patient(request: SignedInRequest, key: uuid.UUID) -> Patient:
    """A patient of this account, or 404."""
    return get_object_or_404(Patient.objects.of(request.user), uuid=key)


@login_required
@never_cache
@require_GET
def patient_list(request: SignedInRequest) -> HttpResponse:
    today = days.at_pharmacy()
    own = [
        (patient, len(old_answers(patient.answers, day=today)))
        for patient in Patient.objects.of(request.user)
    ]
    archived = Patient.objects.archived_by(request.user)
    return render(request, "patients/list.html", {"patients": own, "archived": archived})


@login_required
@never_cache
def add(request: SignedInRequest) -> HttpResponse:
    return _edit(request, Patient(user=request.user))


@login_required
@never_cache
def edit(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    return _edit(request, own_patient(request, key))


def _edit(request: SignedInRequest, patient: Patient) -> HttpResponse:
    form = PatientForm(request.POST or None, patient=patient)
    if request.method == "POST" and form.is_valid():
        try:
            patients.keep(form.seen_patient(), answers=form.answers())
        except patients.ChangedMeanwhile as changed:
            form.show_version(changed.patient)
        else:
            messages.success(request, _("The answers are saved."))
            return redirect("patients:list")
    return render(request, "patients/edit.html", {"form": form, "patient": patient})


@login_required
@require_POST
def archive(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    patient = own_patient(request, key)
    try:
        patients.archive(patient)
    except patients.ChangedMeanwhile:
        messages.error(request, _("The answers were changed just now. Look at them again."))
        return redirect("patients:edit", key=key)
    messages.success(request, _("The patient is off your list. Their prescriptions are kept."))
    return redirect("patients:list")


@login_required
@require_POST
def restore(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.archived_by(request.user), uuid=key)
    with suppress(patients.ChangedMeanwhile):
        # Whoever was faster put them back, too.
        patients.restore(patient)
    return redirect("patients:list")
