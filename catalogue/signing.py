"""Signing a content version: a pharmacist answers for what its readers are told."""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.content.models import ContentVersion, Medicine, Signature
from shop import days
from shop.audit import log, states


class Registration(Protocol):
    """An entry in a pharmacists' register; the accounts keep them."""

    user_id: int
    register: str
    number: str
    valid_until: dt.date


class NotSigned(Exception):
    """The signature was not taken; the message says why, for the person who signs."""


@transaction.atomic
def sign(
    version: ContentVersion,
    *,
    by: Any,
    actor: log.Actor,
    registration: Registration,
    review_by: dt.date,
) -> Signature:
    """Sign the current version of a medicine, for the first time or at its review.

    The caller has made sure that ``by`` is the superintendent; the log names them as ``actor``, and
    knows the text again, whatever it had found. Raises NotSigned when the
    registration is not theirs or has ended, when the version has been replaced or was signed
    meanwhile, when the next review is not in the future, and when ``by`` has given no name.
    """
    today = days.at_pharmacy()
    if registration.user_id != by.pk or registration.valid_until < today:
        raise NotSigned(_("Your registration is not valid today."))
    if review_by <= today:
        raise NotSigned(_("The next review must be in the future."))
    if not by.get_full_name():
        raise NotSigned(_("Put your full name into your account first: the page shows it."))
    current = Medicine.objects.select_for_update(of=("self",)).get(pk=version.medicine_id)
    if current.version_id != version.pk:
        raise NotSigned(_("A newer version has been loaded. Read and sign that one."))
    # One that was taken back today may be given anew today: the medicine is off sale until then.
    if ContentVersion.objects.filter(pk=version.pk, signature__signed_on=today).exists():
        raise NotSigned(_("This version was already signed today."))
    signature = Signature.objects.create(
        version=version,
        signed_by=by,
        name=by.get_full_name(),
        register=registration.register,
        number=registration.number,
        signed_on=today,
        review_by=review_by,
    )
    swapped = ContentVersion.objects.filter(pk=version.pk, signature=version.signature_id)
    if not swapped.update(signature=signature, withdrawn_at=None):
        raise NotSigned(_("This version was signed meanwhile."))
    Medicine.objects.filter(pk=current.pk).update(shown=version)
    version.signature, version.withdrawn_at = signature, None
    details = {**_named(version), "review_by": review_by.isoformat()}
    states.record(current, "content.sign", actor=actor, details=details)
    return signature


@transaction.atomic
def withdraw(version: ContentVersion, *, actor: log.Actor, why: str) -> None:
    """Take back the signature that a medicine is sold on: nothing more of it is sold until the next.

    The caller has made sure who asks, and tells those whom it concerns. What the log did not know
    stays unknown until somebody signs. Raises NotSigned when the
    version is not what is shown, or bears no signature any more.
    """
    medicine = Medicine.objects.select_for_update(of=("self",)).get(pk=version.medicine_id)
    signed = ContentVersion.objects.filter(
        pk=version.pk, medicine__shown=version, signature__isnull=False
    )
    now = timezone.now()
    details = {**_named(version), "why": why}
    with states.changing(medicine, action="content.withdraw", actor=actor, details=details):
        if not signed.update(signature=None, withdrawn_at=now):
            raise NotSigned(_("This version is not signed, or another one is shown."))
    version.signature, version.withdrawn_at = None, now


def _named(version: ContentVersion) -> dict[str, Any]:
    """The version, as its entry in the log says which it was."""
    return {"version": version.number, "digest": version.digest}
