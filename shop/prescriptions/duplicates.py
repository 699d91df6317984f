"""Finds prescriptions that were seen before, and what became of each."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop import days
from shop.prescriptions.models import Document, Prescription, Supply
from shop.prescriptions.statuses import STANDS, DocumentKind, Status
from shop.vault.models import fingerprint

PURPOSE = "prescription"
TITLES = {"dr", "doctor", "prof", "professor", "mr", "mrs", "ms", "miss"}


class Kind(TextChoices):
    """In what way a prescription was seen before."""

    SAME_FILE_THIS_ACCOUNT = (
        "same_file_this_account",
        _("This account sent the same file before"),
    )
    SAME_FILE_OTHER_ACCOUNT = (
        "same_file_other_account",
        _("Another account sent the same file"),
    )
    SAME_PRESCRIPTION_DATA = (
        "same_prescription_data",
        _("The same patient, prescriber and date are on another prescription"),
    )


@dataclass(frozen=True)
class Flag:
    """One prescription that this one resembles, and how."""

    kind: Kind
    other: Prescription


@dataclass(frozen=True)
class Fate:
    """What became of a prescription that was seen before.

    ``is_in_the_way`` says that the same tablets went out on it, may still go out on it, or that it was
    withdrawn: then one pharmacist alone does not approve it again.
    """

    other: Prescription
    supplies: tuple[Supply, ...]
    is_in_the_way: bool

    @property
    def words(self) -> str:
        """For the pharmacist: the status, its day, and each supply."""
        decided = self.other.decided_at
        status = self.other.get_status_display()
        first = f"{status}, {_day(decided)}" if decided else str(status)
        return "; ".join([first, *map(_supplied, self.supplies)])

    @property
    def contents(self) -> dict[str, Any]:
        """What it rests on, in JSON's own types."""
        return {
            "reference": self.other.reference,
            "status": str(self.other.status),
            "decided_at": self.other.decided_at,
            "supplies": [[each.pk, each.units] for each in self.supplies],
        }


def fate_of(other: Prescription, *, of: Prescription) -> Fate:
    """What became of the ``other`` one that ``of`` resembles; three queries."""
    supplies = Supply.objects.filter(
        authorisation__prescription=other, returned_at__isnull=True
    ).select_related("authorisation__medicine")
    same = other.authorisations.filter(medicine__in=of.requested_packs.values("medicine"))
    may_go_out = other.status in STANDS and same.filter(ended_at__isnull=True).exists()
    went_out = supplies.filter(authorisation__in=same).exists()
    is_in_the_way = other.status == Status.WITHDRAWN or may_go_out or went_out
    return Fate(other, tuple(supplies.order_by("taken_at", "pk")), is_in_the_way)


def fates_of(prescription: Prescription) -> list[tuple[Flag, Fate]]:
    """Each resemblance, and what became of the other one."""
    flags = flags_of(prescription)
    return [(flag, fate_of(flag.other, of=prescription)) for flag in flags]


def lock_alike(prescription: Prescription) -> None:
    """Hold this one and all that it resembles, so that two of them are not approved at once."""
    with transaction.atomic():
        alike = {prescription.pk, *(flag.other.pk for flag in flags_of(prescription))}
        list(Prescription.objects.select_for_update().filter(pk__in=alike).order_by("pk"))


def _supplied(supply: Supply) -> str:
    authorised = supply.authorisation
    return gettext("%(what)s supplied %(day)s") % {
        "what": authorised.medicine.form.counted_of(supply.units, authorised.strength),
        "day": _day(supply.taken_at),
    }


def _day(at: datetime.datetime) -> str:
    return date_format(days.at_pharmacy(at), "j F Y")


def remember(
    prescription: Prescription,
    *,
    patient_name: str,
    date_of_birth: datetime.date,
    prescriber: str,
    issued_on: datetime.date,
) -> None:
    """Keep the fingerprint of what a pharmacist transcribed, for the next time it is seen.

    To be called with each transcription that is saved; the last one counts. The arguments are what
    is written on the prescription, not what the patient answered.
    """
    words = (patient_name, date_of_birth.isoformat(), prescriber, issued_on.isoformat())
    prescription.fingerprint = fingerprint("\n".join(map(_plain, words)), purpose=PURPOSE)
    prescription.save(update_fields=("fingerprint",))


def flags_of(prescription: Prescription) -> list[Flag]:
    """How this prescription was seen before, oldest first; two queries."""
    return flags_of_many([prescription])[prescription.pk]


def flags_of_many(prescriptions: Iterable[Prescription]) -> dict[int, list[Flag]]:
    """The same for a whole page of the queue, by primary key; always three queries at most."""
    shown = {prescription.pk: prescription for prescription in prescriptions}
    flags: dict[int, list[Flag]] = {pk: [] for pk in shown}
    for pk, other in [*_same_files(shown)]:
        flags[pk].append(Flag(_kind(shown[pk], other), other))
    for pk, other in [*_same_data(shown)]:
        flags[pk].append(Flag(Kind.SAME_PRESCRIPTION_DATA, other))
    return flags


def _kind(prescription: Prescription, other: Prescription) -> Kind:
    if other.user_id == prescription.user_id:
        return Kind.SAME_FILE_THIS_ACCOUNT
    return Kind.SAME_FILE_OTHER_ACCOUNT


def _same_files(shown: Mapping[int, Prescription]) -> Iterable[tuple[int, Prescription]]:
    """Evidence of treatment may be shown again: only as a prescription does it allow anything."""
    sent = Document.objects.filter(prescription__in=shown)
    owners: dict[str, set[tuple[int, str]]] = {}
    for pk, sha256, kind in sent.values_list("prescription_id", "sha256", "kind"):
        owners.setdefault(sha256, set()).add((pk, kind))
    seen = Document.objects.filter(sha256__in=owners).select_related("prescription")
    pairs = {
        (pk, document.prescription_id): document.prescription
        for document in seen.order_by("prescription__submitted_at", "pk")
        for pk, kind in owners[document.sha256]
        if pk != document.prescription_id and DocumentKind.PRESCRIPTION in {kind, document.kind}
    }
    return [(pk, other) for (pk, _other_pk), other in pairs.items()]


def _same_data(shown: Mapping[int, Prescription]) -> Iterable[tuple[int, Prescription]]:
    known = {row.fingerprint for row in shown.values()} - {""}
    others = Prescription.objects.filter(fingerprint__in=known).exclude(status=Status.DRAFT)
    return [
        (pk, other)
        for other in others.order_by("submitted_at", "pk")
        for pk, row in shown.items()
        if row.fingerprint == other.fingerprint and pk != other.pk
    ]


def _plain(words: str) -> str:
    """The words without case, accents' spelling, punctuation, titles and order."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    return " ".join(sorted(set(re.findall(r"\w+", folded)) - TITLES))
