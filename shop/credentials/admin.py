"""Admin pages for people's accounts: roles, a link to choose a password, a lost second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from shop.accounts.actors import actor_of
from shop.accounts.forms import ProofForm
from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import is_superintendent
from shop.audit import states
from shop.credentials import colleagues


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why"), choices=colleagues.Reason.choices, widget=forms.RadioSelect
    )


class SeenForm(forms.Form):
    seen = forms.BooleanField(
        label=_("I have seen this person today, or spoken to them and know the voice."),
        error_messages={"required": _("Confirm only whom you have seen or spoken to.")},
    )


@admin.register(User)
class AccountAdmin(admin.ModelAdmin):
    """No page sets a password: its owner chooses it, by a link that is sent."""

    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("email", "first_name", "last_name")
    filter_horizontal = ("groups",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    change_form_template = "admin/account.html"

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.fieldsets if obj else self.fieldsets[:1]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """A list that may be narrowed by the hash tells it, sign by sign."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        form.was_known = not change or states.is_known(obj)
        if not change:
            colleagues.make_account(obj, by=actor_of(request.user))
            transaction.on_commit(lambda: colleagues.send_link(obj, request=request))
        elif "email" in form.changed_data:
            colleagues.change_address(obj, by=actor_of(request.user))
        else:
            super().save_model(request, obj, form, change)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Save the roles, and record them as they now are."""
        user = form.instance
        with transaction.atomic():
            super().save_related(request, form, formsets, change)
            add = states.record if form.was_known else states.note
            add(
                user,
                "account.roles",
                actor=actor_of(request.user),
                details={
                    "active": user.is_active,
                    "staff": user.is_staff,
                    "groups": list(user.groups.order_by("name").values_list("name", flat=True)),
                },
            )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what an account did stays in the log under its number. Deactivate it instead."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Roles are given by the superintendent, and superuser rights by no page at all."""
        locked = (*self.readonly_fields, "is_superuser")
        return locked if is_superintendent(request.user) else (*locked, "groups")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/link/", wrap(self.link), name="account-link"),
            path("<int:pk>/factor/", wrap(factor), name="account-factor"),
            path("<int:pk>/identity/", wrap(identity), name="account-identity"),
            *super().get_urls(),
        ]

    def link(self, request: SignedInRequest, pk: int) -> HttpResponse:
        """Send a link to choose a password, to whose account it is."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return _send_link(request, pk)


@require_POST
def _send_link(request: SignedInRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        colleagues.send_link(user, request=request)
    except colleagues.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The link is on its way. It works once, for ten minutes."))
    return redirect("admin:accounts_user_change", pk)


@never_cache
def factor(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a second factor away, for the superintendent, with a reason and a fresh code."""
    if not is_superintendent(request.user):
        raise PermissionDenied
    user = get_object_or_404(User.objects.exclude(pk=request.user.pk), pk=pk)
    form = ReasonForm(request.POST or None)
    proof = ProofForm(request, request.POST or None)
    if request.method == "POST" and all([form.is_valid(), proof.is_given()]):
        by, reason = actor_of(request.user), form.cleaned_data["reason"]
        try:
            colleagues.take_factor(user, reason=reason, by=by)
        except colleagues.Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The second factor is taken away."))
        return redirect("admin:accounts_user_change", pk)
    context = {"person": user, "form": form, "proof": proof}
    return render(request, "desk/factor.html", context)


@never_cache
def identity(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm who has registered a new second factor, for whoever can."""
    user = get_object_or_404(User, pk=pk)
    if not colleagues.may_confirm(request.user, about=user):
        raise Http404
    form = SeenForm(request.POST or None)
    proof = ProofForm(request, request.POST or None)
    if request.method == "POST" and all([form.is_valid(), proof.is_given()]):
        _confirm(request, user)
        return redirect("admin:index")
    context = {"person": user, "form": form, "proof": proof}
    return render(request, "desk/identity.html", context)


def _confirm(request: SignedInRequest, user: User) -> None:
    try:
        is_enough = colleagues.confirm(user, by=request.user)
    except colleagues.Refused as refused:
        messages.error(request, str(refused))
    else:
        enough = _("Confirmed. The rights are back.")
        messages.success(request, enough if is_enough else _("Confirmed. One more has to."))
