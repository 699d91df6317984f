"""Says what would be deleted and what is kept, and does it when the password is given."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from shop.accounts.forms import PasswordForm
from shop.accounts.requests import SignedInRequest
from shop.closing import rules, services
from shop.patients.models import Patient


@login_required
@never_cache
def close_account(request: SignedInRequest) -> HttpResponse:
    form = PasswordForm(request, request.POST or None)
    obstacles = rules.obstacles_of(request.user)
    if request.method == "POST" and not obstacles and form.is_valid():
        try:
            services.close(request.user)
        except services.NotYet as refused:
            obstacles = refused.obstacles
        except services.Busy:
            form.add_error(None, _("Something else is being saved for you. Try again in a moment."))
        else:
            logout(request)
            messages.success(request, _("Your account is closed. You are signed out everywhere."))
            return redirect("home")
    context = {"form": form, "obstacles": obstacles, "kept": rules.kept_of(request.user)}
    return render(request, "closing/account.html", context)


@login_required
@never_cache
def remove_patient(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    patient = get_object_or_404(Patient, user=request.user, uuid=key)
    form = PasswordForm(request, request.POST or None)
    obstacles = rules.obstacles_of_patient(patient)
    if request.method == "POST" and not obstacles and form.is_valid():
        try:
            deleted = services.remove_patient(patient, by=request.user)
        except services.NotYet as refused:
            obstacles = refused.obstacles
        else:
            words = (
                _("The patient is deleted.")
                if deleted
                else _("The patient is off your list. What the law keeps is kept.")
            )
            messages.success(request, words)
            return redirect("patients:list")
    context = {
        "form": form,
        "patient": patient,
        "obstacles": obstacles,
        "kept": rules.kept_of_patient(patient),
    }
    return render(request, "closing/patient.html", context)
