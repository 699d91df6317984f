"""A person's own details; the email address and the password are changed on allauth's pages."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest


class ProfileForm(ModelForm):
    class Meta:
        model = User
        fields = ("first_name", "last_name")


@login_required
def edit_profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your details are saved."))
        return redirect("customer:profile-view")
    return render(request, "oscar/customer/profile/profile_form.html", {"form": form})
