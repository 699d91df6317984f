"""Prints labels as PDF in real millimetres; what does not fit is not printed at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files

from django.conf import settings
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from catalogue.sheet import FONT, FONTS, MM_PER_POINT
from shop.dispensing.labels import Label, NoLabel
from shop.jurisdictions.profile import LabelField, LabelLayout

F = LabelField
STOCK = re.compile(r"(\d{2,3})x(\d{2,3})")
LINE_HEIGHT = 1.12
# Of the print that is meant; smaller than this nobody reads it.
SIZES = (1.0, 0.92, 0.85)
# A wide bar of Code 39; a narrow one is a third of it.
BAR_MM, BAR_HEIGHT_MM, CODE_POINTS = 0.6, 4.0, 6.0


@dataclass(frozen=True)
class Row:
    """Fields on one line, or as many lines as they take."""

    fields: tuple[LabelField, ...]
    points: float
    bold: bool = False


@dataclass(frozen=True)
class Layout:
    """The label stock it is made for, in mm, and its rows from top to bottom."""

    width: float
    height: float
    margin: float
    rows: tuple[Row, ...]


LAYOUTS = {
    LabelLayout.US: Layout(
        102,
        51,
        2.5,
        (
            Row((F.PHARMACY, F.PHONE), 7),
            Row((F.PATIENT,), 10.5, bold=True),
            Row((F.DIRECTIONS,), 11, bold=True),
            Row((F.MEDICINE, F.QUANTITY), 9, bold=True),
            Row((F.SERIAL, F.DATE, F.REFILLS), 7),
            Row((F.PRESCRIBER, F.PHARMACIST), 7),
            Row((F.DISCARD,), 7),
            Row((F.CAUTIONS, F.CHILDREN), 7.5, bold=True),
        ),
    ),
    LabelLayout.GB: Layout(
        70,
        35,
        1.8,
        (
            Row((F.MEDICINE, F.QUANTITY), 8, bold=True),
            Row((F.DIRECTIONS,), 8, bold=True),
            Row((F.CAUTIONS,), 6),
            Row((F.PATIENT, F.DATE), 7.5, bold=True),
            Row((F.CHILDREN,), 6),
            Row((F.PHARMACY, F.PHONE), 6),
        ),
    ),
}


def stock_of(layout: Layout) -> tuple[float, float]:
    """Width and height of what is in the printer, in mm. Raises NoLabel."""
    if not settings.LABEL_STOCK:
        return layout.width, layout.height
    said = STOCK.fullmatch(settings.LABEL_STOCK)
    if said is None:
        raise NoLabel(_("LABEL_STOCK does not say the size of a label, as “102x51” does."))
    return float(said[1]), float(said[2])


def pdf_of(labels: list[Label]) -> bytes:
    """A page for each label. Raises NoLabel, which says what does not fit."""
    if not labels:
        raise NoLabel(_("Nothing of this order needs a label."))
    for size in SIZES:
        sheet = _Labels(labels, size)
        try:
            sheet.write_all()
        except NoLabel:
            sheet.close_fonts()
            if size == SIZES[-1]:
                raise
        else:
            return bytes(sheet.output())
    raise AssertionError("the last size fits or is refused")


class _Labels(FPDF):
    def __init__(self, labels: list[Label], size: float) -> None:
        self.layout = LAYOUTS[labels[0].layout]
        self.stock = stock_of(self.layout)
        super().__init__(format=self.stock)
        self.labels, self.size = labels, size
        package = files("fontpkg_atkinson_hyperlegible") / "files"
        for style, name in FONTS.items():
            with as_file(package / name) as path:
                self.add_font(FONT, style, path)
        self.set_margin(self.layout.margin)
        self.set_auto_page_break(auto=False)
        self.set_title(_("Labels"))

    def close_fonts(self) -> None:
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def write_all(self) -> None:
        for label in self.labels:
            self.write(label)

    def write(self, label: Label) -> None:  # type: ignore[override]
        self.add_page()
        for row in self.layout.rows:
            said = [label.fields[each] for each in row.fields if each in label.fields]
            self.write_row(row, ". ".join(text.rstrip(".") for text in said if text))
        self.write_code(label.code)

    def write_row(self, row: Row, text: str) -> None:
        if not text:
            return
        points = row.points * self.size
        self.set_font(FONT, "B" if row.bold else "", points)
        self._must_be_printable(text)
        self.set_x(self.l_margin)
        height = points * LINE_HEIGHT * MM_PER_POINT
        self.multi_cell(
            w=self.epw,
            h=height,
            text=text,
            align="L",
            padding=0,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        if self.y > self.bottom:
            raise NoLabel(
                _(
                    "It does not fit on a label of %(width)g × %(height)g mm, so nothing is printed. "
                    "The first that does not fit: %(what)s"
                )
                % {"width": self.stock[0], "height": self.stock[1], "what": text}
            )

    @property
    def bottom(self) -> float:
        """Where the bar code begins."""
        return float(self.h - self.layout.margin - BAR_HEIGHT_MM - 0.4)

    def write_code(self, code: str) -> None:
        y = self.bottom + 0.4
        self.code39(f"*{code}*", x=self.l_margin, y=y, w=BAR_MM, h=BAR_HEIGHT_MM)
        self.set_font(FONT, "", CODE_POINTS)
        width = self.get_string_width(code)
        self.text(self.w - self.r_margin - width, y + BAR_HEIGHT_MM - 0.6, code)

    def _must_be_printable(self, text: str) -> None:
        missing = list(dict.fromkeys(self._missing(text)))
        if missing:
            raise NoLabel(
                _("The label’s typeface has no %(signs)s, so nothing is printed: %(text)s")
                % {"signs": " ".join(missing), "text": text}
            )

    def _missing(self, text: str) -> Iterator[str]:
        font = self.fonts[FONT.lower() + ("B" if self.font_style == "B" else "")]
        return (sign for sign in text if isinstance(font, TTFFont) and ord(sign) not in font.cmap)
