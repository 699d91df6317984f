"""Templates can be read and compared line by line."""

from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LONGEST = 119
# A line of these is a line of the leaflet that is printed.
AS_PRINTED = "leaflet_*.txt"


def test_no_line_of_a_template_is_too_long_to_read() -> None:
    pages = [p for p in (ROOT / "templates").rglob("*.*") if not p.match(AS_PRINTED)]

    too_long = [
        f"{page.relative_to(ROOT)}:{n}"
        for page in pages
        for n, line in enumerate(page.read_text().splitlines(), start=1)
        if len(line) > LONGEST
    ]

    assert len(pages) > 200
    assert too_long == []
