"""The register to look through, and the page of one entry with the place to note on it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import may_read_register
from shop.prescriptions.services import NotAllowed
from shop.register import services
from shop.register.models import Entry, EntryQuerySet

PAGE_SIZE = 50
LONGEST_NOTE = 2000
View = Callable[..., HttpResponse]


def for_readers(view: View) -> View:
    """Pharmacists, the superintendent and auditors; for others the page does not exist."""

    @never_cache
    @wraps(view)
    def checked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_read_register(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return checked


class RangeForm(forms.Form):
    """The days to show, both included; an empty one leaves that end open."""

    asks_by_decision = True

    first = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def clean_last(self) -> datetime.date | None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data["last"]
        if first and last and last < first:
            raise forms.ValidationError(_("Choose a day that is not before the first one."))
        return last

    def entries(self) -> EntryQuerySet:
        """The entries of these days, newest first."""
        asked = self.cleaned_data
        found = Entry.objects.with_annotations()
        if asked["first"]:
            found = found.filter(supplied_on__gte=asked["first"])
        if asked["last"]:
            found = found.filter(supplied_on__lte=asked["last"])
        if asked["before"]:
            found = found.filter(number__lt=asked["before"])
        return found


class NoteForm(forms.Form):
    """A note; `key` is the same when the form is sent twice."""

    text = forms.CharField(
        label=_("Note on this entry"),
        help_text=_("It is signed with your name and today’s date, and cannot be changed."),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


@for_readers
def entries(request: SignedInRequest) -> HttpResponse:
    """One page of the register; the next one is found by number, so that nothing is counted."""
    form = RangeForm(request.GET.dict())
    page = list(form.entries()[: PAGE_SIZE + 1]) if form.is_valid() else []
    shown = page[:PAGE_SIZE]
    services.record_opening(shown, by=request.user)
    context = {
        "form": form,
        "entries": shown,
        "older": _older(form, shown) if len(page) > PAGE_SIZE else "",
        "is_pharmacist": request.user.is_pharmacist,
    }
    return render(request, "desk/register.html", context)


def _older(form: RangeForm, shown: list[Entry]) -> str:
    """The query that leads to the entries before these."""
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    return urlencode({**asked, "before": shown[-1].number})


@for_readers
def entry(request: SignedInRequest, number: int) -> HttpResponse:
    """One entry with its notes; a pharmacist adds one."""
    found = get_object_or_404(Entry.objects.with_annotations(), number=number)
    may_note = request.user.is_pharmacist
    if request.method == "POST" and not may_note:
        raise Http404
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.annotate(found, by=request.user, **form.cleaned_data)
        except NotAllowed:
            form.add_error("text", _("This is your own prescription. Ask another pharmacist."))
        else:
            messages.success(request, _("The note is added."))
            return redirect("admin:register-entry", number=number)
    services.record_opening([found], by=request.user)
    context = {"entry": found, "form": form, "is_pharmacist": may_note}
    return render(request, "desk/register_entry.html", context)


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """Holds the addresses; an entry has no form, since nobody changes it."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(entries), name="register_entry_changelist"),
            path("<int:number>/", wrap(entry), name="register-entry"),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_read_register(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_read_register(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
