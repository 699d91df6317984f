"""The help lines of each country, and which of them the superintendent has read at their source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shop import days
from shop.accounts.actors import actor_of
from shop.accounts.desk_pages import DeskPages
from shop.accounts.forms import ProofForm
from shop.accounts.models import PharmacistRegistration, User
from shop.accounts.requests import SignedInRequest
from shop.accounts.roles import Desk
from shop.audit import log
from shop.help_lines.models import Reading
from shop.help_lines.printing import ticked_in
from shop.help_lines.table import TABLE, HelpLine
from shop.review.desk.content import for_the_superintendent


@dataclass(frozen=True)
class Row:
    """A line that may not be printed before somebody has read it at its source."""

    country: str
    kind: str
    title: str
    line: HelpLine
    is_ticked: bool

    @property
    def key(self) -> str:
        return f"{self.country} {self.kind} {self.line.number}"


def unverified() -> list[Row]:
    """Every line with a number that was not read on the page of whoever answers."""
    today = days.at_pharmacy()
    return [
        Row(name, kind, title, line, (kind, line.number) in ticked)
        for name, lines in TABLE.countries.items()
        for ticked in [ticked_in(name, today=today)]
        for kind, title, _when, each in lines.by_kind
        for line in each
        if line.number and not line.is_verified
    ]


class ReadForm(forms.Form):
    """The lines that the superintendent has read today."""

    lines = forms.MultipleChoiceField(
        label=_("I have read these on the page of whoever answers, or called them"),
        error_messages={"required": _("Tick the lines that you have read.")},
    )

    def __init__(self, rows: list[Row], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.key: row for row in rows}
        field: Any = self.fields["lines"]
        field.choices = [(key, key) for key in self.rows]

    @property
    def read(self) -> list[Row]:
        return [self.rows[key] for key in self.cleaned_data["lines"]]


@for_the_superintendent
def help_lines(request: SignedInRequest, registration: PharmacistRegistration) -> HttpResponse:
    """All that is not verified, by country; ticked ones may stand on leaflets until they are due."""
    sent = request.POST if request.method == "POST" else None
    form = ReadForm(unverified(), sent)
    proof = ProofForm(request, sent)
    if sent is not None and all([form.is_valid(), proof.is_given()]):
        _keep(form.read, by=request.user, registration=str(registration))
        count = len(form.read)
        said = ngettext("%(count)d line ticked.", "%(count)d lines ticked.", count)
        messages.success(request, said % {"count": count})
        return redirect("admin:help-lines")
    context = {"rows": form.rows.values(), "form": form, "proof": proof}
    return render(request, "desk/help_lines.html", context)


@transaction.atomic
def _keep(rows: list[Row], *, by: User, registration: str) -> None:
    today = days.at_pharmacy()
    for row in rows:
        Reading.objects.get_or_create(
            country=row.country,
            kind=row.kind,
            number=row.line.number,
            read_on=today,
            defaults={"read_by": by, "registration": registration},
        )
    for row in rows:
        subject = log.Subject("help line", row.key[:64])
        log.append("help_line.read", actor=actor_of(by), subject=subject)


@admin.register(Reading)
class HelpLinePages(DeskPages):
    menu = _("Help lines")
    place = 90
    in_menu_of = frozenset({Desk.SIGNATORY})
    pages = (("", help_lines, "help-lines"),)
