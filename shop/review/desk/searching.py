"""A search of the queue: its words stand in no address and no log, and what it showed is recorded."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from shop.accounts.actors import account, actor_of
from shop.accounts.models import User
from shop.audit import log
from shop.prescriptions.models import Prescription
from shop.vault.sealing import VaultError, seal, unseal


class SearchForm(forms.Form):
    find = forms.CharField(
        label=_("Reference, name, mail or telephone"),
        max_length=150,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


def sealed(text: str, *, by: User) -> str:
    """What was searched for, as an address may hold it; for this person alone."""
    return urlsafe_b64encode(seal(text.encode(), context=_context(by))).decode()


def unsealed(found: str, *, by: User) -> str:
    """What `sealed` was given; raises Http404 for anything else."""
    try:
        return unseal(urlsafe_b64decode(found.encode()), context=_context(by)).decode()
    except (ValueError, VaultError):
        raise Http404 from None


def _context(by: User) -> str:
    return f"search:{by.pk}"


def record(shown: Iterable[Prescription], *, by: User) -> None:
    """Record which prescriptions a page of results showed to whom, not what was searched for."""
    references = [prescription.reference for prescription in shown]
    details: dict[str, Any] = {"shown": references}
    log.append("prescription.search", actor=actor_of(by), subject=account(by), details=details)
