"""Medicines that somebody answers for, as those on sale are."""

from __future__ import annotations

import datetime
import io
from dataclasses import replace
from functools import cache
from typing import Any

from django.core.management import call_command
from django.db.models import F
from django.utils import timezone

from catalogue.content import files
from catalogue.content.loading import digest_of
from catalogue.models import ContentVersion, Medicine, Product, Signature
from shop.accounts.models import User, sign_in_recorded
from shop.audit import log, states
from tests.stocked import dates_are_read

YEAR = datetime.timedelta(days=365)


@cache
def short_document() -> dict[str, Any]:
    """The shipped text about baclofen, without what it says of other medicines and of stopping."""
    whole = files.read_medicine(files.MEDICINES / "baclofen")
    empty: dict[str, Any] = dict.fromkeys(
        ("interactions", "combinations", "claims", "questions"), ()
    )
    return replace(whole, side_effects=(), advice=(), stopping=None, **empty).as_json()


def speak_of(product: Product, *, slug: str = "baclofen", name: str = "Baclofen") -> Medicine:
    """Give the product a text, and limits where its folder has some; nobody signs."""
    medicine = Medicine.objects.create(slug=slug, name=name, product=product)
    document = short_document()
    medicine.version = medicine.shown = ContentVersion.objects.create(
        medicine=medicine,
        number=1,
        digest=digest_of(document),
        document=document,
        review_by=timezone.localdate() + YEAR,
    )
    medicine.save()
    states.record(medicine, "content.load", actor=log.SYSTEM)
    return medicine


def sign(version: ContentVersion) -> Signature:
    """Somebody answers for this version; `signing.sign` is what the shop itself does."""
    signer, is_new = User.objects.get_or_create(
        email="signer@example.com", defaults={"first_name": "Sig", "is_active": False}
    )
    if is_new:
        sign_in_recorded(signer, by=log.SYSTEM)
    today = timezone.localdate()
    signature = Signature.objects.create(
        version=version,
        signed_by=signer,
        name="Sig Ner",
        register="Test register",
        number="S1",
        signed_on=today,
        review_by=today + YEAR,
    )
    ContentVersion.objects.filter(pk=version.pk).update(signature=signature)
    Medicine.objects.filter(pk=version.medicine_id).update(shown=version)
    states.record(version.medicine, "content.sign", actor=log.SYSTEM)
    return signature


def load_medicines(*names: str, packs: bool = False) -> None:
    """Load the shipped folders, and sign what is new."""
    call_command("load_medicines", *names, stdout=io.StringIO(), stderr=io.StringIO())
    if packs:
        call_command("load_packs", *names, stdout=io.StringIO())
        dates_are_read()
    new = ContentVersion.objects.filter(medicine__version=F("pk"), signature=None)
    for version in new.filter(withdrawn_at=None):
        sign(version)
