"""A review that is overdue is said, and stops nothing."""

from __future__ import annotations

from typing import Any

from django.core import checks

from catalogue.content import files
from shop import days
from shop.datafiles import FilesInvalid, read_file


@checks.register()
def check_reviews(**_: Any) -> list[checks.CheckMessage]:
    """The content of every medicine has been looked at in time."""
    today = days.at_pharmacy().isoformat()
    hint = "Have a pharmacist read it and sign it anew, then name the next day in medicine.yaml."
    return [
        checks.Warning(
            f"{name}: its content was to be reviewed by {day}.", hint=hint, id="catalogue.W001"
        )
        for name in files.medicine_names()
        if (day := _review_of(name)) and day < today
    ]


def _review_of(name: str) -> str:
    """The day in the file; none where it cannot be read, which the load says."""
    try:
        return str(read_file(files.MEDICINES / name / "medicine.yaml").get("review_by", ""))
    except FilesInvalid:
        return ""
