"""The register to look through, and the page of one entry with the place to note on it."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from shop.accounts.desk_pages import DeskPages, newest, only_for
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import Desk, may_read_register
from shop.prescriptions.services import NotAllowed
from shop.register import services
from shop.register.models import Entry, EntryQuerySet

LONGEST_NOTE = 2000


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


@only_for(may_read_register)
def entries(request: SignedInRequest) -> HttpResponse:
    """One page of the register."""
    form = RangeForm(request.GET.dict())
    shown, older = newest(form.entries(), form, number="number") if form.is_valid() else ([], "")
    services.record_opening(shown, by=request.user)
    context = {
        "form": form,
        "entries": shown,
        "older": older,
    }
    return render(request, "desk/register.html", context)


@only_for(may_read_register)
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
class EntryPages(DeskPages):
    pages = (
        ("", entries, "register_entry_changelist"),
        ("<int:number>/", entry, "register-entry"),
    )

    menu = _("Register")
    place = 40
    in_menu_of = frozenset({Desk.PHARMACIST, Desk.SUPERINTENDENT, Desk.AUDITOR})

    def is_listed_for(self, user: Any) -> bool:
        return may_read_register(user)
