"""Which medicines may be sold: those somebody answers for, with limits in this pharmacy's country."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalogue.content import files
from catalogue.content.models import Medicine
from shop.datafiles import FilesInvalid, read_file

NO_CONTENT = _("There is no text about it.")
NOT_SIGNED = _("The superintendent pharmacist has not signed the text about it.")
WITHDRAWN = _("The superintendent pharmacist has taken back the signature under the text about it.")
NO_LIMITS = _("Its folder names no limits for the country of this pharmacy.")


def on_sale() -> QuerySet[Medicine]:
    """Medicines whose content is signed, and that have limits for this pharmacy's jurisdiction.

    A review that is overdue stops nothing; a signature that was taken back does.
    """
    return Medicine.objects.filter(shown__signature__isnull=False, slug__in=with_limits())


def with_limits() -> frozenset[str]:
    """The folders of medicines that have limits here."""
    return _with_limits(files.MEDICINES, settings.JURISDICTION)


@cache
def _with_limits(medicines: Path, jurisdiction: str) -> frozenset[str]:
    folders = [path.parent for path in medicines.glob(f"*/{files.LIMITS}")]
    return frozenset(each.name for each in folders if jurisdiction in _jurisdictions(each))


def _jurisdictions(folder: Path) -> frozenset[str]:
    """Those that a medicine has limits for; none where they cannot be read, which a check says."""
    try:
        limits = read_file(folder / files.LIMITS, name=f"{folder.name}/{files.LIMITS}")
    except FilesInvalid:
        return frozenset()
    return frozenset(limits.get("jurisdictions", ()))


def why_not(medicine: Medicine | None) -> str:
    """Why it is not on sale, for people who work here; empty when it is."""
    if medicine is None or medicine.shown is None:
        return str(NO_CONTENT)
    if medicine.shown.withdrawn_at:
        return str(WITHDRAWN)
    if medicine.shown.signature_id is None:
        return str(NOT_SIGNED)
    return "" if medicine.slug in with_limits() else str(NO_LIMITS)
