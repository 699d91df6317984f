"""The pharmacy's questions and the answers to them, as people read them."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shop.patients.forms import PatientForm


def label_of(name: str) -> str:
    """What is asked; ``name`` is a field of `Answers`."""
    return str(_field(name).label)


def in_words(name: str, value: Any) -> str:
    """What was answered to it."""
    if value in {"", None}:
        return _("not said")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime.date):
        return date_format(value, "j F Y")
    field = _field(name)
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    return str(dict(choices).get(value, value))


def _field(name: str) -> forms.Field:
    return PatientForm.base_fields[name]
