"""What is compared instead of typed: ticked once the paper says the same as the patient or the order."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django import forms
from django.utils.formats import date_format


class CheckboxWidget(forms.CheckboxInput):
    """A box that says of what it was ticked, and is empty again once that is something else."""

    def __init__(self, key: str) -> None:
        super().__init__(check_test=lambda value: value == key)
        self.key = key

    def format_value(self, value: Any) -> str:
        return self.key

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name)


class SameField(forms.Field):
    """Whether the paper says the same as ``said``; a tick for what was said before counts no more."""

    def __init__(self, name: str, said: Any, *, label: Any) -> None:
        self.key = hashlib.sha256(f"{name} {said}".encode()).hexdigest()[:12]
        shown = date_format(said, "j F Y") if isinstance(said, datetime.date) else said
        super().__init__(label=f"{label}: {shown}", required=False, widget=CheckboxWidget(self.key))

    def clean(self, value: Any) -> bool:
        """Whether it is ticked for what is said now."""
        return bool(value == self.key)
