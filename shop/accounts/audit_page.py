"""The audit log to look through: for the superintendent and for auditors, and for nobody else there."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from shop.accounts.desk_pages import DeskPages, newest, only_for
from shop.accounts.models import User
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import Desk, may_read_audit
from shop.audit.models import Entry

LONGEST_KEY = 64


class FilterForm(forms.Form):
    """What to look for; an empty field leaves everything in."""

    asks_by_decision = True

    subject = forms.CharField(
        label=_("Subject"),
        help_text=_("A prescription’s reference, or an account’s number."),
        required=False,
        max_length=LONGEST_KEY,
    )
    email = forms.EmailField(label=_("Email of who acted"), required=False)
    action = forms.CharField(
        label=_("Action"),
        help_text=_("As the list names it."),
        required=False,
        max_length=40,
    )
    day = forms.DateField(
        label=_("Day, UTC"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def entries(self) -> QuerySet[Entry]:
        """The entries that were asked for, newest first."""
        asked = self.cleaned_data
        found = Entry.objects.all()
        if asked["subject"]:
            found = found.filter(subject_key=asked["subject"])
        if asked["email"]:
            users = User.objects.filter(email__iexact=asked["email"])
            found = found.filter(actor_id__in=list(users.values_list("pk", flat=True)))
        if asked["action"]:
            found = found.filter(action=asked["action"])
        if asked["day"]:
            start = datetime.datetime.combine(asked["day"], datetime.time(), datetime.UTC)
            found = found.filter(at__gte=start, at__lt=start + datetime.timedelta(days=1))
        return found


@only_for(may_read_audit)
def entries(request: SignedInRequest) -> HttpResponse:
    """One page of the log."""
    form = FilterForm({**request.GET.dict()})
    shown, older = newest(form.entries(), form, number="sequence") if form.is_valid() else ([], "")
    context = {"form": form, "rows": _rows(shown), "older": older}
    return render(request, "desk/audit.html", context)


def _rows(shown: list[Entry]) -> list[dict[str, Any]]:
    """The entries with the email address of who acted, and the time as it was recorded."""
    numbers = {entry.actor_id for entry in shown if entry.actor_id is not None}
    emails = dict(User.objects.filter(pk__in=numbers).values_list("pk", "email"))
    return [
        {
            "entry": entry,
            "email": emails.get(entry.actor_id or 0, ""),
            "at": f"{entry.at.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S}",
        }
        for entry in shown
    ]


@admin.register(Entry)
class EntryPages(DeskPages):
    pages = (("", entries, "audit_entry_changelist"),)

    menu = _("Audit log")
    place = 70
    in_menu_of = frozenset({Desk.SUPERINTENDENT, Desk.AUDITOR})

    def is_listed_for(self, user: Any) -> bool:
        return may_read_audit(user)
