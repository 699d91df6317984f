"""A pharmacist is never left with screening that cannot be read."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from catalogue.content import files
from shop.datafiles import FilesInvalid
from shop.review.flags import NO_FLAG
from shop.review.models import FlagKind
from shop.review.rules.screening import read


@register()
def check_screening(**_: Any) -> list[CheckMessage]:
    """The screening of every medicine can be read, and names flags there are."""
    found: list[CheckMessage] = []
    for path in sorted(files.MEDICINES.glob(f"*/{files.SCREENING}")):
        try:
            flags = read(path.parent).flags
        except FilesInvalid as invalid:
            found += [Error(str(each), id="review.E001") for each in invalid.problems]
            continue
        for kind in flags.keys() - {NO_FLAG, *FlagKind.values}:
            reason = f"{path.parent.name}/{path.name}: there is no flag “{kind}”"
            found.append(Error(reason, id="review.E001"))
    return found
