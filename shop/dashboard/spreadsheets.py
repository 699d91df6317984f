"""Files that staff open in a spreadsheet: what customers typed in them is text, never a formula."""

from __future__ import annotations

import csv  # noqa: TID251
import re
from collections.abc import Iterable

from django.http import HttpResponse

# A cell that begins so is calculated, not shown (OWASP, CSV injection). Where a comma is not what
# separates cells, a new one begins after what does.
FORMULA = re.compile(r"(?:^|(?<=[;,|\t\r\n]))(?=\s*[=+\-@＝＋－＠])|^(?=[\t\r\n])")


def as_text(cell: object) -> object:
    """The cell as a spreadsheet must show it; numbers stay numbers."""
    return FORMULA.sub("'", cell) if isinstance(cell, str) else cell


def download(name: str, rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A CSV file of that name."""
    response = HttpResponse(content_type="text/csv")
    response["Content-Disposition"] = f"attachment; filename={name}"
    csv.writer(response).writerows([as_text(cell) for cell in row] for row in rows)
    return response
