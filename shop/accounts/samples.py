"""The page of components: words about nobody, in every part that pages are made of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

STEPS: list[dict[str, Any]] = [
    {"status": "done", "title": _("Sent"), "note": _("2 days ago")},
    {"status": "now", "title": _("With the pharmacist"), "text": _("Somebody reads it.")},
    {"status": "todo", "title": _("Approved")},
]
# Wider than a phone, so that the box around it has to scroll.
WORDS = _("A long line of words that wraps in its own cell and leaves the others as they are")
ROWS = [(number, _("Sample"), WORDS, "1,250", _("Same")) for number in range(1, 5)]
FACTS = [(_("Name"), _("A value")), (_("Another"), "1,250")]
CHOICES = [("", "—"), ("one", _("One")), ("two", _("Two"))]


class SampleForm(forms.Form):
    """A field of each kind, some of them wrong."""

    fine = forms.CharField(label=_("Filled in"), help_text=_("What helps to fill it in."))
    wrong = forms.CharField(label=_("Left empty"))
    chosen = forms.ChoiceField(label=_("One of several"), choices=CHOICES)
    told = forms.CharField(label=_("Several lines"), widget=forms.Textarea, required=False)
    ticked = forms.BooleanField(label=_("To be ticked"))
    which = forms.ChoiceField(label=_("One to see"), widget=forms.RadioSelect, choices=CHOICES[1:])


def components(request: HttpRequest) -> HttpResponse:
    """Every part in every state, for whoever works here."""
    context = {
        "steps": STEPS,
        "rows": ROWS,
        "facts": FACTS,
        "sizes": ("", " btn--s"),
        "form": SampleForm({"fine": _("Words"), "ticked": "on", "which": "one"}),
    }
    return render(request, "desk/components.html", context)
