"""Which medicines may be sold: those somebody answers for, screened for a country of this pharmacy."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalogue.content import files
from catalogue.content.models import Medicine
from shop.datafiles import FilesInvalid, read_file
from shop.jurisdictions import loading

NO_CONTENT = _("There is no text about it.")
NOT_SIGNED = _("The superintendent pharmacist has not signed the text about it.")
WITHDRAWN = _("The superintendent pharmacist has taken back the signature under the text about it.")
NOT_SCREENED = _("Its folder has no screening data for a country of this pharmacy.")


def on_sale() -> QuerySet[Medicine]:
    """Medicines whose content is signed, and that are screened for a country of this pharmacy.

    A review that is overdue stops nothing; a signature that was taken back does.
    """
    return Medicine.objects.filter(shown__signature__isnull=False, slug__in=screened_here())


def screened_here() -> frozenset[str]:
    """The folders of medicines with data for a country that this pharmacy sends to."""
    return _screened(files.MEDICINES, loading.current().countries)


@cache
def _screened(medicines: Path, countries: tuple[str, ...]) -> frozenset[str]:
    folders = [path.parent for path in medicines.glob(f"*/{files.SCREENING}")]
    return frozenset(each.name for each in folders if _countries(each) & set(countries))


def _countries(folder: Path) -> frozenset[str]:
    """Those that it has data for; none where they cannot be read, which a check says."""
    try:
        read = read_file(folder / files.SCREENING, name=f"{folder.name}/{files.SCREENING}")
    except FilesInvalid:
        return frozenset()
    return frozenset(read.get("strengths", ()))


def why_not(medicine: Medicine | None) -> str:
    """Why it is not on sale, for people who work here; empty when it is."""
    if medicine is None or medicine.shown is None:
        return str(NO_CONTENT)
    if medicine.shown.withdrawn_at:
        return str(WITHDRAWN)
    if medicine.shown.signature_id is None:
        return str(NOT_SIGNED)
    return "" if medicine.slug in screened_here() else str(NOT_SCREENED)
