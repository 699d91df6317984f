"""What somebody typed into the prescription form and did not send yet; never files, never consent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django import forms

from shop.accounts.models import User
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from shop.vault.sealing import VaultError

logger = logging.getLogger(__name__)

NOT_KEPT = {"documents", "consent"}
# More than any question takes.
LONGEST_KEPT = 5_000

Form = type[forms.Form]


def keep(data: Mapping[str, str], *, form: Form, by: User) -> None:
    """Keep what was typed into the form, by the names of its inputs; nothing for an empty one."""
    typed = {
        name: value[:LONGEST_KEPT]
        for name, value in data.items()
        if value and any(_belongs(name, field) for field in _kept(form))
    }
    if typed or Prescription.objects.draft_of(by):
        services.save_draft(by=by, typed=typed)


def initial_of(*, form: Form, by: User) -> dict[str, Any]:
    """What the form starts with: what this person typed before, as they typed it."""
    typed = _typed(by)
    return {
        name: field.widget.value_from_datadict(typed, {}, name)
        for name, field in _kept(form).items()
        if any(_belongs(typed_name, name) for typed_name in typed)
    }


def _typed(by: User) -> dict[str, Any]:
    draft = Prescription.objects.draft_of(by)
    if draft is None:
        return {}
    try:
        return draft.typed or {}
    except VaultError:
        logger.exception("The draft %s cannot be opened", draft.pk)
        return {}


def _kept(form: Form) -> dict[str, forms.Field]:
    return {name: field for name, field in form.base_fields.items() if name not in NOT_KEPT}


def _belongs(input_name: str, field_name: str) -> bool:
    # A date has an input each for day, month and year, named after it.
    return input_name == field_name or input_name.startswith(f"{field_name}_")
