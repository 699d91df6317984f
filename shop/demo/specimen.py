"""Draws a made-up prescription, marked SPECIMEN, to try the shop with."""

from __future__ import annotations

import datetime
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

A4_PIXELS = (1240, 1754)
DOTS_PER_INCH = 150
BLUE = (20, 40, 110)
GREY = (120, 120, 120)
PALE_RED = (240, 205, 205)
WRITTEN_ON = datetime.date(2026, 3, 2)

LINES = (
    "Patient: Anna Archer, born 17 May 1984",
    "12 Example Street, Adelaide SA 5000",
    "",
    "Baclofen 10 mg tablets",
    "Take ONE tablet THREE times a day with food",
    "Quantity: 90 (ninety) tablets, 2 repeats",
    "",
    "Dr Robin Specimen, MB BS",
    "Registration number: SPECIMEN-0000",
    "Date: {written_on:%d %B %Y}",
    "Signed: R. Specimen",
)


def specimen(
    text: str = "",
    *,
    size: tuple[int, int] = A4_PIXELS,
    written_on: datetime.date = WRITTEN_ON,
) -> Image.Image:
    """Draw the prescription; `text` adds a line at the foot, `size` is in pixels."""
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    unit = size[0] // 40
    draw.text(
        (size[0] // 2, size[1] // 2),
        "SPECIMEN",
        PALE_RED,
        ImageFont.load_default(unit * 7),
        anchor="mm",
    )
    draw.text((unit * 3, unit * 2), "Example Street Clinic", BLUE, ImageFont.load_default(unit * 2))
    draw.line((unit * 3, unit * 5, size[0] - unit * 3, unit * 5), BLUE, width=max(unit // 8, 1))
    for row, line in enumerate(LINES):
        draw.text(
            (unit * 3, unit * (7 + 3 * row)),
            line.format(written_on=written_on),
            "black",
            ImageFont.load_default(unit * 1.3),
        )
    draw.text((unit * 3, size[1] - unit * 4), text, GREY, ImageFont.load_default(unit))
    return sheet


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a picture file."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def write_files(folder: Path, *, written_on: datetime.date) -> None:
    """Write the prescription as a JPEG, a PNG and a PDF file into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    sheet = specimen("Not a prescription. Made for a demonstration.", written_on=written_on)
    for kind, suffix in (("JPEG", "jpg"), ("PNG", "png"), ("PDF", "pdf")):
        file = encoded(sheet, kind, resolution=DOTS_PER_INCH)
        folder.joinpath(f"prescription.{suffix}").write_bytes(file)
